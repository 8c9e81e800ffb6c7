/** The player of the multiplications: at any speed, step by step, or dragged to any place. */

import { useSignalEffect } from "@preact/signals";
import { setState } from "../address/address.js";
import { current, playing, stages, state, step, total, values } from "./model.js";
import { count, shown } from "./sentences.js";
import { tapAt, tapCount } from "./taps.js";

function go(to: number): void {
  setState("explain", { step: Math.max(0, Math.min(total.peek(), Math.round(to))) });
}

/** The number of notches of the speed slider. Each notch is about a quarter faster. */
const NOTCHES = 70;
const speedAt = (notch: number): number => Number((10 ** (notch / 10)).toPrecision(2));
const notchOf = (speed: number): number => Math.round(10 * Math.log10(speed));

export function Player() {
  useSignalEffect(() => {
    if (!playing.value) return;
    let before = performance.now();
    let exact = step.peek() >= total.peek() ? 0 : step.peek();
    if (exact === 0) go(0);
    let frame = 0;
    const advance = (now: number): void => {
      exact = Math.min(total.peek(), exact + (state.peek().speed * (now - before)) / 1000);
      before = now;
      if (Math.floor(exact) !== step.peek()) go(Math.floor(exact));
      if (exact >= total.peek()) playing.value = false;
      else frame = requestAnimationFrame(advance);
    };
    frame = requestAnimationFrame(advance);
    return () => cancelAnimationFrame(frame);
  });
  const at = step.value;
  const all = total.value;
  const one = tapCount(stages.value[current.value?.stage ?? 0]!);
  const walk = (by: number) => () => {
    playing.value = false;
    go(by > 1 ? (Math.floor(at / by) + 1) * by : at + by);
  };
  const { speed } = state.value;
  return (
    <section class="card player" aria-label="The multiplications as they happen">
      <div class="player-count">
        <p class="figure number">
          {at > 0 ? count(at) : count(all)}
          {at > 0 && <span class="soft"> / {count(all)}</span>}
        </p>
        <p class="soft small">multiplications{at > 0 && " so far"}</p>
      </div>
      <div class="player-keys">
        <button type="button" disabled={at === 0} onClick={() => ((playing.value = false), go(0))}>
          Show all
        </button>
        <button type="button" disabled={at === 0} onClick={walk(-1)} aria-label="−1 multiplication">
          −1
        </button>
        <button type="button" class="primary" onClick={() => (playing.value = !playing.value)}>
          {playing.value ? "Pause" : "Play"}
        </button>
        <button type="button" disabled={at >= all} onClick={walk(1)} aria-label="+1 multiplication">
          +1
        </button>
        <button type="button" disabled={at >= all} onClick={walk(one)}>
          Next output
        </button>
      </div>
      <label class="player-place">
        <span class="small soft">Place</span>
        <input
          type="range"
          min={0}
          max={all}
          step={1}
          value={at}
          aria-valuetext={`${count(at)} of ${count(all)} multiplications`}
          onInput={({ currentTarget }) => ((playing.value = false), go(currentTarget.valueAsNumber))}
        />
      </label>
      <label class="player-speed">
        <span class="small soft">
          Speed <span class="number">{count(speed)}</span> a second
        </span>
        <input
          type="range"
          min={0}
          max={NOTCHES}
          value={notchOf(speed)}
          aria-valuetext={`${count(speed)} multiplications a second`}
          onInput={({ currentTarget }) => setState("explain", { speed: speedAt(currentTarget.valueAsNumber) })}
        />
      </label>
      <Product />
    </section>
  );
}

/** The present product, in numbers. */
function Product() {
  const now = current.value;
  const numbers = values.value;
  if (!now || !numbers) return null;
  const p = stages.value[now.stage]!;
  const { input, weight } = numbers[now.stage]!;
  const taps = tapCount(p);
  let sum = 0;
  let x = 0;
  let w = 0;
  for (let index = 0; index <= now.tap; index++) {
    const { c, source } = tapAt(p, now.output, index);
    x = source ? input[(c * p.ih + source[0]) * p.iw + source[1]]! : 0;
    w = weight[now.output[0]! * taps + index]!;
    sum += x * w;
  }
  return (
    <p class="product number">
      <span class="soft">{shown(sum - x * w)} + </span>
      <span class="reads">{shown(x)}</span> × <span class="weights">{shown(w)}</span> ={" "}
      <span class="results">{shown(sum)}</span>{" "}
      <span class="soft small">
        product {now.tap + 1} of {taps}
      </span>
    </p>
  );
}
