/**
 * Keeps answers of the reference. The same question comes again for another layout, another backend or another case, and the
 * reference takes most of the time of a run of the suite.
 */

/** The most numbers that are kept, of questions and answers together: 32 MiB of float32, at most 64 MiB of float64. */
const MOST_NUMBERS = 8 * 2 ** 20;

type Numbers = Float32Array | Float64Array;

interface Entry<A> {
  readonly key: string;
  readonly question: readonly (Float32Array | undefined)[];
  readonly answer: A;
  readonly size: number;
}

/** Gives the answer of `compute` to this question. The answer is computed, or comes from memory. */
type AnswerMemory<A> = (key: string, question: readonly (Float32Array | undefined)[], compute: () => A) => A;

/**
 * A memory of answers. Two questions are equal if their keys and all bits of their numbers are equal. Each answer is a copy, so that
 * no caller can change the answer of the next caller. If there are too many answers, the oldest are forgotten.
 *
 * @param arraysOf the arrays of an answer
 * @param copy copies an answer to new arrays
 */
export function answerMemory<A>(
  arraysOf: (answer: A) => readonly Numbers[],
  copy: (answer: A) => A,
  most = MOST_NUMBERS,
): AnswerMemory<A> {
  const kept = new Map<string, Entry<A>[]>();
  /** All answers, in the order in which they were added. */
  const all: Entry<A>[] = [];
  let total = 0;
  const room = (): number => most - total;

  const forget = (): void => {
    const { key, size } = all[0]!;
    all.shift();
    total -= size;
    const same = kept.get(key)!;
    same.shift();
    if (same.length === 0) kept.delete(key);
  };
  return (key, question, compute) => {
    const same = kept.get(key) ?? [];
    const known = same.find((entry) => isSame(entry.question, question));
    if (known) return copy(known.answer);
    // The copy is made before `compute`, in case `compute` writes to the question.
    const own = question.map((data) => data?.slice());
    const answer = compute();
    const size = [...own, ...arraysOf(answer)].reduce((sum, data) => sum + (data?.length ?? 0), 0);
    if (size > most) return answer;
    while (size > room()) forget();
    const entry = { key, question: own, answer: copy(answer), size };
    kept.set(key, [...(kept.get(key) ?? []), entry]);
    all.push(entry);
    total += size;
    return answer;
  };
}

/** Whether all bits are equal: NaN equals NaN, and −0 does not equal 0. */
function isSame(one: readonly (Float32Array | undefined)[], other: readonly (Float32Array | undefined)[]): boolean {
  return (
    one.length === other.length &&
    one.every((data, index) => {
      const given = other[index];
      if (data === undefined || given === undefined) return data === given;
      if (data.length !== given.length) return false;
      const [a, b] = [bitsOf(data), bitsOf(given)];
      for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
      return true;
    })
  );
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
