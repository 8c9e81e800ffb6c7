/**
 * Answers of the reference that have been computed already, for whoever asks again: the same problem in another layout, on
 * another backend, or in another case. The reference is what a run of the suite takes most of its time for.
 */

/** How many numbers are kept, of questions and answers together: 32 MiB of float32, at most 64 of float64. */
const MOST_NUMBERS = 8 * 2 ** 20;

type Numbers = Float32Array | Float64Array;

interface Entry<A> {
  readonly key: string;
  readonly question: readonly (Float32Array | undefined)[];
  readonly answer: A;
  readonly size: number;
}

/** Gives what `compute` gives for this question, by itself or from memory. */
type AnswerMemory<A> = (key: string, question: readonly (Float32Array | undefined)[], compute: () => A) => A;

/**
 * A memory of answers. A question is known again by its key and by every bit of its numbers. Each answer is a copy, so that
 * nobody can change what the next one gets. The oldest are forgotten where there are too many.
 *
 * @param arraysOf the arrays of an answer
 * @param copy an answer in arrays of its own
 */
export function answerMemory<A>(
  arraysOf: (answer: A) => readonly Numbers[],
  copy: (answer: A) => A,
  most = MOST_NUMBERS,
): AnswerMemory<A> {
  const kept = new Map<string, Entry<A>[]>();
  /** In the order in which they came. */
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
    // Before `compute`: nothing of the question is written by it, but who reads this need not know that.
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

/** Bit for bit: NaN is NaN, and −0 is not 0. */
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
