/** Facts about a run: the computation, the time on either side, and the circumstances. */

import { formatCount } from "../../engine/format.js";
import { stateOf } from "../address/address.js";
import type { Place } from "./messages.js";
import { faster, milliseconds, size } from "./numbers.js";
import { computedFacts, networkInfo, runError, sides } from "./store.js";

const state = stateOf("playground");

export function Facts() {
  const facts = computedFacts.value;
  const error = runError.value;
  return (
    <section class="card facts" aria-labelledby="facts-heading">
      <h2 id="facts-heading">Live</h2>
      <div role="alert">
        {error && (
          <p class="notice bad lines">
            {error.message} {error.remedy}
          </p>
        )}
      </div>
      <div class="two-sides">
        <SideFacts place="left" />
        <SideFacts place="right" />
      </div>
      <Faster />
      {facts && (
        <dl class="list">
          <dt>Multiplications</dt>
          <dd class="number">{formatCount(facts.macs)}</dd>
          <dt>Weights</dt>
          <dd class="number">{formatCount(facts.parameters)}</dd>
          <dt>Input</dt>
          <dd class="number">{size(facts.input)}</dd>
          {!networkInfo.value && facts.output.length > 0 && (
            <>
              <dt>Output</dt>
              <dd class="number">{size(facts.output)}</dd>
            </>
          )}
        </dl>
      )}
      <p class="soft note">
        A time is the median of up to 25 runs: the photo's numbers in, the result's out, in a worker of this page. Other
        tabs and a low battery change it.
      </p>
    </section>
  );
}

function SideFacts({ place }: { readonly place: Place }) {
  const name = state.value[place];
  const side = sides.value[place];
  return (
    <div class={`side ${place}`}>
      <h3>{name === "photo" ? "The photo" : name}</h3>
      {name === "photo" && <p class="soft">as it is: nothing is computed</p>}
      {name !== "photo" && !side && <p class="soft">…</p>}
      {name !== "photo" && side && "failed" in side && (
        <p class="notice warn lines" role="alert">
          {side.failed} {side.remedy}
        </p>
      )}
      {name !== "photo" && side && "facts" in side && (
        <>
          <p class="time number">{milliseconds(side.median ?? side.facts.first)}</p>
          <p class="soft">
            {side.runs === undefined ? "the first run" : `median of ${side.runs} run${side.runs === 1 ? "" : "s"}`}
          </p>
          <p class="soft">
            {side.facts.device}
            {side.facts.algorithms.length > 0 && `; ${side.facts.algorithms.join(", ")}`}
          </p>
          <p class="soft">
            prepared in {milliseconds(side.facts.prepare)}
            {side.runs !== undefined && `; first run ${milliseconds(side.facts.first)}`}
          </p>
        </>
      )}
    </div>
  );
}

function Faster() {
  const { left, right } = state.value;
  const { left: one, right: two } = sides.value;
  if (!one || !two || !("facts" in one) || !("facts" in two) || left === right) return null;
  if (one.median === undefined || two.median === undefined) return null;
  return <p>{faster({ name: left, median: one.median }, { name: right, median: two.median })}</p>;
}
