/** The state of the explain view as signals: what the address holds, and what follows from it. */

import { computed, signal } from "@preact/signals";
import { setState, stateOf } from "../address/address.js";
import { type Cell } from "./cell.js";
import { fittingCell } from "./fitting.js";
import { cellCount, MOST_CELLS } from "./layout.js";
import { layerOf, pairLayers, stagesOf } from "./stages.js";
import { multiplicationAt, totalSteps } from "./steps.js";
import { valuesOf } from "./values.js";

export const state = stateOf("explain");

/** Multiplications that are computed for the picture's values: a moment's work. */
const MOST_COMPUTED = 20_000_000;

export const stages = computed(() => stagesOf(state.value.problem, state.value.pair));
export const total = computed(() => totalSteps(stages.value));
export const drawable = computed(() => cellCount(stages.value) <= MOST_CELLS);
export const values = computed(() => {
  const { problem } = state.value;
  if (total.value > MOST_COMPUTED || !drawable.value) return undefined;
  return valuesOf(stages.value, stages.value.length > 1 ? pairLayers(problem) : [layerOf(problem)]);
});

/** How far the multiplications have gone; 0: the whole result is shown. */
export const step = computed(() => Math.min(state.value.step, total.value));
export const playing = signal(false);
/** Under the pointer. */
export const hovered = signal<Cell | undefined>(undefined);
/** What a control could not do, or did besides. */
export const said = signal("");

/** What is being multiplied. */
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
