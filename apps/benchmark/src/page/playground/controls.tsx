/** The controls: the filter, and the parameters of its convolution. */

import type { ComponentChildren } from "preact";
import { stateOf } from "../address/address.js";
import { resizeKernel } from "./custom-kernel.js";
import { FILTERS, hasGroups, isColour } from "./filters.js";
import { hue } from "./display.js";
import { box, gaussian } from "./kernels.js";
import {
  type Display,
  FILTER_IDS,
  GROUPS,
  KERNEL_SIZES,
  LONGEST_SIDES,
  PADDINGS,
  type PlaygroundPadding,
} from "./settings.js";
import { change, computedFacts } from "./store.js";

const state = stateOf("playground");

export function Controls() {
  const { filter, stride, dilation, size } = state.value;
  return (
    <section class="card controls" aria-labelledby="filter-heading">
      <h2 id="filter-heading">Filter</h2>
      <fieldset class="chips">
        <legend class="hidden">Filter</legend>
        {FILTER_IDS.map((id) => (
          <label key={id}>
            <input
              type="radio"
              name="filter"
              value={id}
              checked={filter === id}
              onChange={() => change({ ...FILTERS[id].suits, filter: id, feature: -1, display: "auto" })}
            />
            <span>{FILTERS[id].name}</span>
          </label>
        ))}
      </fieldset>
      <p class="soft about">{`${FILTERS[filter].about[0]!.toUpperCase()}${FILTERS[filter].about.slice(1)}.`}</p>
      {filter === "custom" && <CustomKernel />}
      {filter === "separable" && <Seed />}
      <Segments
        legend="Kernel"
        name="kernel"
        values={KERNEL_SIZES}
        value={state.value.kernel}
        words={(each) => `${each} × ${each}`}
        onChange={(kernel) => change({ kernel })}
      />
      <Slider label="Stride" min={1} max={4} value={stride} onInput={(value) => change({ stride: value })} />
      <Slider label="Dilation" min={1} max={8} value={dilation} onInput={(value) => change({ dilation: value })} />
      <Row label="Padding">
        <select
          value={state.value.padding}
          onChange={(event) => change({ padding: event.currentTarget.value as PlaygroundPadding })}
        >
          {PADDINGS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </Row>
      <Groups />
      <Showing />
      <Segments
        legend="Size"
        name="size"
        values={LONGEST_SIDES}
        value={size as (typeof LONGEST_SIDES)[number]}
        words={(each) => `${each} px`}
        onChange={(next) => change({ size: next })}
      />
    </section>
  );
}

function Groups() {
  const { filter, groups } = state.value;
  if (!hasGroups(filter)) {
    const words =
      filter === "separable"
        ? "The depthwise convolution has 3 groups, the pointwise one 1."
        : "Each learnt filter sees all three colours: 1 group.";
    return <p class="soft note">{words}</p>;
  }
  const same = FILTERS[filter].spread === "same";
  const words =
    groups === 3
      ? "3 groups, depthwise: each colour is filtered by itself."
      : same
        ? "1 group: the same picture, for three times the multiplications. Two thirds of them are by zero."
        : "1 group: the three colours are weighed to a grey.";
  return (
    <>
      <Segments
        legend="Groups"
        name="groups"
        values={GROUPS}
        value={groups}
        words={(each) => (each === 1 ? "1 standard" : "3 depthwise")}
        onChange={(next) => change({ groups: next })}
      />
      <p class="soft note">{words}</p>
    </>
  );
}

/** Words for the ways in which numbers become colours. */
const DISPLAY_WORDS: Readonly<Record<Display, string>> = {
  clamped: "as they are: 0 black, 1 white",
  centred: "signed: 0 is grey",
  absolute: "without their sign",
  magnitude: "length over channels",
  strongest: "hue: strongest channel",
  stretched: "from least to most",
};

function Showing() {
  const { filter, display, feature, gain } = state.value;
  const { displays } = FILTERS[filter];
  const shown = displays.find((each) => each === display) ?? displays[0]!;
  const features = computedFacts.value?.features ?? 1;
  const single = feature >= 0 && feature < features;
  const hasGain = (shown !== "clamped" && shown !== "stretched") || single;
  return (
    <>
      <Row label="Shown">
        <select value={shown} onChange={(event) => change({ display: event.currentTarget.value as Display })}>
          {displays.map((each) => (
            <option key={each} value={each}>
              {DISPLAY_WORDS[each]}
            </option>
          ))}
        </select>
      </Row>
      {features > 1 && (
        <Row label="Channel">
          <select
            value={single ? feature : -1}
            onChange={(event) => change({ feature: Number(event.currentTarget.value) })}
          >
            <option value={-1}>all {features} together</option>
            {Array.from({ length: features }, (_, each) => (
              <option key={each} value={each}>
                {each + 1} of {features}
                {isColour(state.value) ? ", of each colour" : ""}
              </option>
            ))}
          </select>
        </Row>
      )}
      {shown === "strongest" && !single && features > 1 && <Hues features={features} />}
      {hasGain && (
        <Slider
          label="Contrast"
          min={-2}
          max={4}
          step={0.5}
          value={Math.log2(gain)}
          words={`× ${Number(gain.toPrecision(3))}`}
          onInput={(value) => change({ gain: 2 ** value })}
        />
      )}
    </>
  );
}

/** The legend of the hues. */
function Hues({ features }: { readonly features: number }) {
  return (
    <p class="hues" aria-hidden="true">
      {Array.from({ length: features }, (_, each) => (
        <span key={each} style={{ background: `rgb(${hue(each / features).join(" ")})` }}>
          {each + 1}
        </span>
      ))}
    </p>
  );
}

const PRESETS = [
  ["Blur", gaussian],
  ["Mean", box],
] as const;

function CustomKernel() {
  const { custom, kernel } = state.value;
  // A link may have weights of another size.
  const weights = resizeKernel(custom, kernel);
  const set = (at: number, text: string): void => {
    const value = Number(text);
    // A sign or a point alone is the beginning of a number, so it is no error yet.
    if (text.trim() === "" || !Number.isFinite(value)) return;
    change({ custom: weights.map((each, index) => (index === at ? value : each)) });
  };
  const sum = weights.reduce((all, each) => all + each, 0);
  return (
    <fieldset class="custom">
      <legend>Weights, row by row</legend>
      <div class="grid" style={{ gridTemplateColumns: `repeat(${kernel}, minmax(0, 1fr))` }}>
        {weights.map((weight, at) => (
          <input
            // Another size has other cells, so the key contains the size.
            key={`${kernel} ${at}`}
            type="text"
            inputMode="decimal"
            aria-label={`Row ${Math.floor(at / kernel) + 1}, column ${(at % kernel) + 1}`}
            value={String(Number(weight.toPrecision(4)))}
            onChange={(event) => set(at, event.currentTarget.value)}
          />
        ))}
      </div>
      <p class="row-of-buttons">
        <span class="soft">
          Sum <span class="number">{Number(sum.toPrecision(4))}</span>
        </span>
        <button
          type="button"
          class="quiet"
          disabled={Math.abs(sum) < 1e-9}
          onClick={() => change({ custom: weights.map((each) => each / sum) })}
        >
          Make the sum 1
        </button>
        {PRESETS.map(([name, make]) => (
          <button key={name} type="button" class="quiet" onClick={() => change({ custom: make(kernel) })}>
            {name}
          </button>
        ))}
      </p>
    </fieldset>
  );
}

/** The number of seeds that the button tries, one after another. A link may have any other seed. */
const MANY = 1000;

function Seed() {
  const { seed } = state.value;
  return (
    <Row label="Seed">
      <span class="row-of-buttons">
        <span class="number">{seed}</span>
        <button type="button" class="quiet" onClick={() => change({ seed: (seed + 1) % MANY })}>
          Another block
        </button>
      </span>
    </Row>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <label class="row">
      <span>{label}</span>
      {children}
    </label>
  );
}

interface SegmentsProps<T extends number> {
  readonly legend: string;
  readonly name: string;
  readonly values: readonly T[];
  readonly value: T;
  readonly words: (value: T) => string;
  readonly onChange: (value: T) => void;
}

function Segments<const T extends number>({ legend, name, values, value, words, onChange }: SegmentsProps<T>) {
  return (
    <fieldset class="row">
      <legend>{legend}</legend>
      <div class="segments">
        {values.map((each) => (
          <label key={each}>
            <input type="radio" name={name} value={each} checked={each === value} onChange={() => onChange(each)} />
            <span>{words(each)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly value: number;
  readonly words?: string;
  readonly onInput: (value: number) => void;
}

export function Slider({ label, min, max, step = 1, value, words = String(value), onInput }: SliderProps) {
  return (
    <label class="row">
      <span>{label}</span>
      <span class="slider">
        <input
          type="range"
          min={min}
          max={max}
          step={step}
          value={value}
          aria-valuetext={words}
          onInput={(event) => onInput(Number(event.currentTarget.value))}
        />
        <output class="number">{words}</output>
      </span>
    </label>
  );
}
