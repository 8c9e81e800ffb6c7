/**
 * Pairwise covering arrays: few rows in which any two factors meet at any two of their levels that can go together. Most
 * faults need one or two options to show (Kuhn, Wallace and Gallo, "Software fault interactions and implications for
 * software testing", 2004). Greedy, after AETG (Cohen, Dalal, Fredman and Patton, 1997): each row starts from a pair that
 * no row has yet, and takes up, factor by factor, the level that covers the most pairs that are still missing.
 */

/** Which levels of some factors cannot go together. */
export interface Constraint {
  /** By position. */
  readonly factors: readonly number[];
  /** Whether these levels of `factors`, in that order, can go together. */
  readonly allows: (levels: readonly number[]) => boolean;
}

export interface CoveringArrayOptions {
  readonly constraints?: readonly Constraint[];
  /** Breaks ties; numbers in `[0, 1)`. */
  readonly random: () => number;
}

/** Rows over factors of `levels[factor]` levels each that cover every pair of levels that the constraints leave possible. */
export function coveringArray(
  levels: readonly number[],
  options: CoveringArrayOptions,
): readonly (readonly number[])[] {
  const { constraints = [], random } = options;
  const remembered = constraints.map(remembering);
  const isPossible = (row: PartialRow): boolean => canBeCompleted(row, levels, remembered);
  const missing = pairsOf(levels);
  const rows: (readonly number[])[] = [];
  // Each pair's turn comes once: it is covered by then, or impossible, or starts a row.
  for (const [key, [a, x, b, y]] of missing) {
    const start = levels.map((_, factor) => (factor === a ? x : factor === b ? y : undefined));
    if (isPossible(start)) {
      const row = fill(start, levels, isPossible, random, missing);
      rows.push(row);
      for (const covered of keysOf(row)) missing.delete(covered);
    } else {
      missing.delete(key);
    }
  }
  return rows;
}

/** A level of each factor, by position; `undefined` where none is chosen yet. */
type PartialRow = readonly (number | undefined)[];

type Pair = readonly [a: number, x: number, b: number, y: number];

function pairsOf(levels: readonly number[]): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  for (let a = 0; a < levels.length; a++) {
    for (let b = a + 1; b < levels.length; b++) {
      for (let x = 0; x < levels[a]!; x++) {
        for (let y = 0; y < levels[b]!; y++) pairs.set(keyOf(a, x, b, y), [a, x, b, y]);
      }
    }
  }
  return pairs;
}

function keyOf(a: number, x: number, b: number, y: number): string {
  return a < b ? `${a}:${x} ${b}:${y}` : `${b}:${y} ${a}:${x}`;
}

function keysOf(row: readonly number[]): readonly string[] {
  return row.flatMap((x, a) => row.slice(a + 1).map((y, offset) => keyOf(a, x, a + 1 + offset, y)));
}

/** `start`, which can be completed, with the rest filled in greedily. */
function fill(
  start: PartialRow,
  levels: readonly number[],
  isPossible: (row: PartialRow) => boolean,
  random: () => number,
  missing: ReadonlyMap<string, Pair>,
): readonly number[] {
  const row = [...start];
  const gain = (factor: number, level: number): number =>
    row.reduce<number>(
      (sum, other, at) => sum + (other !== undefined && missing.has(keyOf(factor, level, at, other)) ? 1 : 0),
      0,
    );
  const open = shuffled(
    levels.map((_, factor) => factor).filter((factor) => row[factor] === undefined),
    random,
  );
  for (const factor of open) {
    const candidates = shuffled(
      Array.from({ length: levels[factor]! }, (_, level) => ({ level, gain: gain(factor, level) })),
      random,
    ).sort((a, b) => b.gain - a.gain);
    row[factor] = candidates.find(({ level }) => isPossible(chosen(row, factor, level)))!.level;
  }
  return row as number[];
}

/** Whether the missing levels can be chosen so that every constraint is met: tries all, where constraints leave least first. */
function canBeCompleted(row: PartialRow, levels: readonly number[], constraints: readonly Constraint[]): boolean {
  let next: number | undefined;
  let fewest = Infinity;
  for (const { factors, allows } of constraints) {
    const open = factors.filter((factor) => row[factor] === undefined);
    if (open.length === 0 && !allows(factors.map((factor) => row[factor]!))) return false;
    if (open.length > 0 && open.length < fewest) {
      fewest = open.length;
      next = open[0];
    }
  }
  if (next === undefined) return true;
  const factor = next;
  return Array.from({ length: levels[factor]! }, (_, level) => level).some((level) =>
    canBeCompleted(chosen(row, factor, level), levels, constraints),
  );
}

/** The search asks the same again and again. */
function remembering({ factors, allows }: Constraint): Constraint {
  const known = new Map<string, boolean>();
  return {
    factors,
    allows(levels) {
      const key = levels.join();
      let answer = known.get(key);
      if (answer === undefined) known.set(key, (answer = allows(levels)));
      return answer;
    },
  };
}

function chosen(row: PartialRow, factor: number, level: number): PartialRow {
  return row.map((other, at) => (at === factor ? level : other));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
