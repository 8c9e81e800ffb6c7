/** The state of the explain view as signals: the values of the address, and values that follow from them. */

import { computed, signal } from "@preact/signals";
import { setState, stateOf } from "../address/address.js";
import { type Cell } from "./cell.js";
import { fittingCell } from "./fitting.js";
import { cellCount, MOST_CELLS } from "./layout.js";
import { layerOf, pairLayers, stagesOf } from "./stages.js";
import { multiplicationAt, totalSteps } from "./steps.js";
import { valuesOf } from "./values.js";

export const state = stateOf("explain");

/** The most multiplications for the picture's values. They take only a moment. */
const MOST_COMPUTED = 20_000_000;

export const stages = computed(() => stagesOf(state.value.problem, state.value.pair));
export const total = computed(() => totalSteps(stages.value));
export const drawable = computed(() => cellCount(stages.value) <= MOST_CELLS);
export const values = computed(() => {
  const { problem } = state.value;
  if (total.value > MOST_COMPUTED || !drawable.value) return undefined;
  return valuesOf(stages.value, stages.value.length > 1 ? pairLayers(problem) : [layerOf(problem)]);
});

/** The number of finished multiplications. 0 shows the whole result. */
export const step = computed(() => Math.min(state.value.step, total.value));
export const playing = signal(false);
/** The cell under the pointer. */
export const hovered = signal<Cell | undefined>(undefined);
/** A sentence about a change that a control refused, or made in addition. */
export const said = signal("");

/** The present multiplication. */
export const current = computed(() => (step.value > 0 ? multiplicationAt(stages.value, step.value) : undefined));

/** The cell that was chosen, by pointer, keyboard or link. */
export const chosen = computed(() => fittingCell(stages.value, state.value.cell));

/** The cell whose relations are lit. */
export const lit = computed((): Cell => {
  if (hovered.value) return fittingCell(stages.value, hovered.value);
  const now = current.value;
  return now ? { kind: "output", board: now.stage, index: now.output } : chosen.value;
});

export function choose(cell: Cell): void {
  playing.value = false;
  setState("explain", { cell, step: 0 });
}
