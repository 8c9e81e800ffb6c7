/** A slider from a standard convolution, over its numbers of groups, to a depthwise convolution and to the depthwise-separable pair. */

import { setState } from "../address/address.js";
import { adjust } from "./adjust.js";
import { said, state } from "./model.js";
import { commonDivisors, type Stop, stops } from "./stages.js";

export function GroupsSlider() {
  const { problem, pair } = state.value;
  const all = stops(problem);
  const at = all.findIndex((stop) => (pair ? stop.pair : !stop.pair && stop.groups === problem.g));
  const stop = all[at] ?? all[0]!;
  const take = ({ groups, pair: asPair }: Stop): void => {
    const adjusted = adjust(problem, { g: groups });
    if ("problem" in adjusted) setState("explain", { problem: adjusted.problem, pair: asPair, step: 0 });
    said.value = "";
  };
  return (
    <section class="card groups" aria-label="Groups">
      <div class="groups-head">
        <label for="groups">
          <h2>groups</h2>
        </label>
        <output for="groups" class="figure number">
          {stop.pair ? `${problem.ic} → 1` : stop.groups}
        </output>
        <p>
          <strong>{stop.label}</strong>
        </p>
      </div>
      <input
        id="groups"
        type="range"
        min={0}
        max={all.length - 1}
        step={1}
        value={Math.max(0, at)}
        aria-valuetext={stop.pair ? stop.label : `${stop.groups}: ${stop.label}`}
        onInput={({ currentTarget }) => take(all[currentTarget.valueAsNumber]!)}
      />
      <div class="groups-stops" aria-hidden="true">
        {all.map((each, index) => (
          <span
            key={`${each.groups} ${each.label}`}
            class={index === at ? "here" : ""}
            style={{ left: `${all.length === 1 ? 0 : (100 * index) / (all.length - 1)}%` }}
          >
            {each.pair ? "pair" : each.groups}
          </span>
        ))}
      </div>
      <Few problem={problem} />
    </section>
  );
}

/** If the channels allow no groups in between, suggests channels that do. */
function Few({ problem }: { readonly problem: { readonly ic: number; readonly oc: number } }) {
  const { ic, oc } = problem;
  if (ic === 1 || commonDivisors(ic, oc).length > 1) return null;
  const near = Math.max(ic, Math.round(oc / ic) * ic);
  return (
    <p class="small soft">
      {ic} and {oc} have no common divisor but 1, so the filters can only be split into the pair.{" "}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          const adjusted = adjust(state.peek().problem, { oc: near });
          if ("problem" in adjusted) setState("explain", { problem: adjusted.problem, step: 0 });
        }}
      >
        Take {near} output channels
      </button>
    </p>
  );
}
