/** The parameters of the convolution. */

import type { Conv2dProblem, Conv2dProblemSpec, PaddingMode } from "@convene/core";
import { conv2dProblem } from "@convene/core";
import { setState } from "../address/address.js";
import { adjust } from "./adjust.js";
import { TEXTBOOK } from "./fields.js";
import { said, state } from "./model.js";

function change(what: Partial<Conv2dProblemSpec>): void {
  const adjusted = adjust(state.peek().problem, what);
  if ("refused" in adjusted) {
    said.value = `Not possible: ${adjusted.refused}.`;
    // The control shows its old value again.
    setState("explain", {});
    return;
  }
  said.value = adjusted.also ? `${adjusted.also}.` : "";
  setState("explain", { problem: adjusted.problem, step: 0 });
}

interface Control {
  readonly label: string;
  readonly max: number;
  readonly min: number;
  readonly value: (p: Conv2dProblem) => number;
  /** The value of the other axis, if height and width may differ. */
  readonly other?: (p: Conv2dProblem) => number;
  readonly change: (value: number) => Partial<Conv2dProblemSpec>;
}

const CONTROLS: readonly Control[] = [
  { label: "input channels", min: 1, max: 64, value: (p) => p.ic, change: (ic) => ({ ic }) },
  { label: "output channels", min: 1, max: 256, value: (p) => p.oc, change: (oc) => ({ oc }) },
  { label: "input size", min: 1, max: 32, value: (p) => p.ih, other: (p) => p.iw, change: (ih) => ({ ih, iw: ih }) },
  { label: "kernel", min: 1, max: 7, value: (p) => p.kh, other: (p) => p.kw, change: (kh) => ({ kh, kw: kh }) },
  { label: "stride", min: 1, max: 4, value: (p) => p.sh, other: (p) => p.sw, change: (sh) => ({ sh, sw: sh }) },
  { label: "dilation", min: 1, max: 4, value: (p) => p.dh, other: (p) => p.dw, change: (dh) => ({ dh, dw: dh }) },
  {
    label: "padding",
    min: 0,
    max: 6,
    value: (p) => p.pt,
    other: (p) => p.pl,
    change: (pad) => ({ pt: pad, pb: pad, pl: pad, pr: pad }),
  },
];

const MODES: readonly PaddingMode[] = ["zeros", "reflect", "replicate", "circular"];

interface Preset {
  readonly label: string;
  readonly problem: Conv2dProblem;
  readonly pair?: boolean;
}

const PAD = { pt: 1, pb: 1, pl: 1, pr: 1 } as const;
const PRESETS: readonly Preset[] = [
  { label: "Textbook", problem: TEXTBOOK },
  { label: "Its pair", problem: TEXTBOOK, pair: true },
  { label: "ResNeXt", problem: conv2dProblem({ ...PAD, g: 8, ic: 32, ih: 7, oc: 32, kh: 3 }) },
  { label: "Depthwise", problem: conv2dProblem({ ...PAD, g: 12, ic: 12, ih: 9, oc: 12, kh: 3 }) },
  {
    label: "Dilated, reflect",
    problem: conv2dProblem({
      g: 2,
      ic: 4,
      ih: 8,
      oc: 6,
      kh: 3,
      dh: 2,
      pt: 2,
      pb: 2,
      pl: 2,
      pr: 2,
      paddingMode: "reflect",
    }),
  },
];

export function Controls() {
  const { problem: p } = state.value;
  return (
    <section class="card controls" aria-label="Parameters">
      <div class="presets" role="group" aria-label="Examples">
        {PRESETS.map((preset) => (
          <button
            key={preset.label}
            type="button"
            class="quiet"
            onClick={() => {
              said.value = "";
              setState("explain", { problem: preset.problem, pair: preset.pair ?? false, step: 0 });
            }}
          >
            {preset.label}
          </button>
        ))}
      </div>
      <div class="sliders">
        {CONTROLS.map((control) => {
          const value = control.value(p);
          const other = control.other?.(p) ?? value;
          return (
            <label key={control.label}>
              <span class="slider-name">{control.label}</span>
              <span class="slider-value number">{value === other ? value : `${value} × ${other}`}</span>
              <input
                type="range"
                min={control.min}
                // A link may have a larger value than the slider.
                max={Math.max(control.max, value)}
                value={value}
                onInput={({ currentTarget }) => change(control.change(currentTarget.valueAsNumber))}
              />
            </label>
          );
        })}
        <label>
          <span class="slider-name">padding mode</span>
          <select
            value={p.paddingMode}
            onChange={({ currentTarget }) => change({ paddingMode: currentTarget.value as PaddingMode })}
          >
            {MODES.map((mode) => (
              <option key={mode} value={mode}>
                {mode}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="said small" role="status">
        {said.value}
      </p>
    </section>
  );
}
