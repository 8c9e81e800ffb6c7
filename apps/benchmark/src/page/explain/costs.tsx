/** The costs of the layer in three forms, side by side, drawn to one scale. */

import { problemCost } from "@convene/core";
import { setState } from "../address/address.js";
import { stages, state } from "./model.js";
import { count, plural } from "./sentences.js";
import { compareCosts, pairOf } from "./stages.js";

interface Row {
  readonly label: string;
  /** The multiplications, in one or two parts. */
  readonly parts: readonly number[];
  readonly weights: number;
  readonly shown: boolean;
  readonly show: () => void;
}

export function Costs() {
  const { problem: p, pair } = state.value;
  const costs = compareCosts(p);
  const weights = (groups: number): number => problemCost({ ...p, g: groups, bias: false }).parameters;
  const show = (g: number, asPair: boolean) => () =>
    setState("explain", { problem: { ...state.peek().problem, g }, pair: asPair, step: 0 });
  const rows: readonly Row[] = [
    {
      label: "standard",
      parts: [costs.standard],
      weights: weights(1),
      shown: !pair && p.g === 1,
      show: show(1, false),
    },
    ...(p.g > 1
      ? [
          {
            label: p.g === p.ic ? "depthwise" : `${p.g} groups`,
            parts: [costs.grouped],
            weights: weights(p.g),
            shown: !pair,
            show: show(p.g, false),
          },
        ]
      : []),
    ...(p.ic > 1
      ? [
          {
            label: "depthwise + pointwise",
            parts: [costs.depthwise, costs.pointwise],
            weights: pairOf(p).reduce((all, each) => all + problemCost({ ...each, bias: false }).parameters, 0),
            shown: pair,
            show: show(p.g, true),
          },
        ]
      : []),
  ];
  const most = Math.max(...rows.map(({ parts }) => sum(parts)));
  const last = stages.value.at(-1)!;
  return (
    <section class="card costs" aria-label="What it costs">
      <dl class="facts">
        <div>
          <dt>output</dt>
          <dd class="number">
            {count(last.oc)} × {last.oh} × {last.ow}
          </dd>
        </div>
        <div>
          <dt>multiplications</dt>
          <dd class="number">{count(sum(stages.value.map((each) => problemCost(each).macs)))}</dd>
        </div>
        <div>
          <dt>weights</dt>
          <dd class="number">{count(rows.find((row) => row.shown)?.weights ?? weights(p.g))}</dd>
        </div>
      </dl>
      <ul class="cost-rows">
        {rows.map((row) => (
          <li key={row.label}>
            <button type="button" class="cost-row" aria-pressed={row.shown} onClick={row.show}>
              <span class="cost-label">{row.label}</span>
              <span class="cost-count number">{words(row.parts)}</span>
              <span class="cost-bar" aria-hidden="true">
                {row.parts.map((part, index) => (
                  <i key={index} class={index === 0 ? "" : "second"} style={{ width: `${(100 * part) / most}%` }} />
                ))}
              </span>
              <span class="cost-note small">
                {sum(row.parts) === costs.standard
                  ? plural(row.weights, "weight")
                  : `${times(costs.standard / sum(row.parts))}, ${plural(row.weights, "weight")}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function words(parts: readonly number[]): string {
  return parts.length === 1 ? count(parts[0]!) : `${parts.map(count).join(" + ")} = ${count(sum(parts))}`;
}

/** Words for the ratio to the standard convolution. A pair can cost more. */
function times(ratio: number): string {
  return ratio >= 1
    ? `${Number(ratio.toPrecision(3))} times fewer`
    : `${Number((1 / ratio).toPrecision(3))} times as many`;
}
