/**
 * The meaning of failures of cases with more than one run. The set of cases that fail and pass names the fault. The first sign
 * that fits is taken.
 */

import type { SuiteName } from "../suite-names.js";

/** Questions about the failures of one suite. */
export interface Shown {
  /** Whether the name of a failed case contains this text. */
  readonly fails: (part: string) => boolean;
  /** Whether the name of every failed case contains one of these texts. */
  readonly only: (...parts: readonly string[]) => boolean;
  /** Whether the message of a failure matches this pattern. */
  readonly says: (pattern: RegExp) => boolean;
  /** Whether more than half of the suite's cases fail. */
  readonly most: boolean;
}

export interface Sign {
  readonly suite: SuiteName;
  readonly when: (shown: Shown) => boolean;
  readonly cause: string;
}

const NEW_INPUT = "runs again answers for its new input";
const SAME_TENSORS = "runs again sees what was uploaded into the same tensors";
const WEIGHTS_CHANGED = "weights that the caller changes after prepare";
const UPLOAD_CHANGED = "that the caller changes after upload do not matter";
const TWO_PLANS = "two plans that run in turn";
const SAME_BITS = "a run repeated gives the same bits";
const EVERY_ELEMENT = "every element of the output is written";
const SIX_RUNS = "six runs in flight";
const UPLOAD_AFTER = "an upload right after a run or a read";
const READ_IS_OWN = "is the caller's own";
const ALIKE = "plans that differ in one thing only";
const INTO = "a read into a tensor";
const INTO_IN_FLIGHT = "reads in flight into tensors";
const MANY_PLANS = "plans of each kind alive at once";

export const SYNC_DOES_NOT_WAIT = "`sync` does not wait: it resolved before the work of earlier calls was done";
/** The beginning of each cause about memory that is not given back. */
export const LEAKS = "memory leaks";

export const SIGNS: readonly Sign[] = [
  // Lifecycle: first signs from messages, then signs from one case, then signs from several cases together.
  {
    suite: "lifecycle",
    when: ({ says }) => says(/is no size/),
    cause: "`memory()` is wrong: it gives a number that is no size in bytes",
  },
  {
    suite: "lifecycle",
    when: ({ says }) => says(/sync resolved while/),
    cause: SYNC_DOES_NOT_WAIT,
  },
  {
    suite: "lifecycle",
    when: ({ says, most }) => !most && says(/^`free` came while|^`dispose of (the|a) \w+` came while/),
    cause:
      "`free` or `dispose` came while a run or a read that uses it was pending: the release has to wait in the queue until the run or the read is done",
  },
  {
    suite: "lifecycle",
    when: ({ fails, most }) => most && fails(NEW_INPUT) && fails(WEIGHTS_CHANGED),
    cause:
      "the fault is not one of lifecycle: cases with one plan, of which nothing is disposed, fail too. The suite exact shows the fault with fewer calls",
  },
  {
    suite: "lifecycle",
    when: ({ says }) => says(/bytes (were|are) (in use|reserved)/),
    cause: `${LEAKS}: the memory of a plan or a tensor is not given back when it is disposed, and is still in use`,
  },
  {
    suite: "lifecycle",
    when: ({ fails, only }) => fails("disposing twice") || only("disposed twice"),
    cause: "disposing twice is not harmless: the second dispose throws, or gives memory back a second time",
  },
  {
    suite: "lifecycle",
    when: ({ says }) => says(/dispose rejected/),
    cause: "disposing the backend twice rejects: the second dispose has to do nothing",
  },
  {
    suite: "lifecycle",
    when: ({ says }) => says(/upload did not answer with its target/),
    cause: "an upload into a target makes another tensor, and leaves the target as it was",
  },
  {
    suite: "lifecycle",
    when: ({ says }) => says(/two tensors lie in the same memory/),
    cause: "two tensors lie in the same memory: storage is given out twice",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(WEIGHTS_CHANGED),
    cause: "weights are not copied by `prepareConv2d`: the plan reads the caller's arrays, which the caller changes",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(UPLOAD_CHANGED),
    cause: "`upload` keeps the caller's array and does not copy it",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails("disposed right after its read is called"),
    cause: "`free` came while a read of the tensor was pending: the read gives numbers that were written afterwards",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(SAME_BITS) && !fails(NEW_INPUT) && !fails(TWO_PLANS),
    cause: "the bits of a result change from run to run: the order of summation is not the same, or threads race",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) =>
      (fails(INTO) || fails(INTO_IN_FLIGHT)) && !fails(TWO_PLANS) && !fails(READ_IS_OWN) && !fails(NEW_INPUT),
    cause:
      "a read into the caller's tensor (`readInto`) does not write all of it, in its layout, in time, or writes to it later",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(READ_IS_OWN) && !fails(NEW_INPUT) && !fails(SAME_TENSORS) && !fails(MANY_PLANS),
    cause: "`read` hands out the device's own memory and no copy: later runs show in a result that was read before",
  },
  {
    suite: "lifecycle",
    when: ({ fails, says }) =>
      (fails(UPLOAD_AFTER) || fails("six runs")) &&
      !fails(NEW_INPUT) &&
      says(/the run before the upload: .*: 99, expected/),
    cause: "`read` is too late: it copies after later calls have run, and gives what a later upload or run wrote",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(UPLOAD_AFTER) && !fails(NEW_INPUT) && !fails(SAME_TENSORS),
    cause: "`upload` overtakes runs: it does not go through the queue, so runs that were called before it see its data",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(SIX_RUNS) && !fails(NEW_INPUT) && !fails(SAME_TENSORS),
    cause:
      "with several runs in flight, `read` does not wait for all of them: it gives an output whose run is still pending",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) =>
      fails("with nothing awaited between") && !fails(NEW_INPUT) && !fails(SAME_TENSORS) && !fails(TWO_PLANS),
    cause:
      "if one run's output is another run's input, `read` does not wait for all pending runs, or the runs do not keep the order of their calls",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(NEW_INPUT) && fails(SAME_TENSORS) && (fails(EVERY_ELEMENT) || fails(SAME_BITS)),
    cause: "a plan's runs after its first do nothing: the second run leaves the first result",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(NEW_INPUT) && fails(SAME_TENSORS),
    cause: "from the second run on, a run gives the result of the run before",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(SAME_TENSORS),
    cause:
      "a result is kept for the same tensors: data that are uploaded into them afterwards are not seen (cached by tensor)",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(NEW_INPUT),
    cause: "tensors are bound at a plan's first run: later runs read the input, or the residual, of that first run",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(ALIKE) && !fails(TWO_PLANS),
    cause:
      "plans that differ in one option only are taken for one another: a cache of kernels or tables has a key that lacks this option",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails(TWO_PLANS),
    cause:
      "a plan gets the weights of another plan: they lie in one buffer, or are cached by problem, and two plans share them",
  },
  {
    suite: "lifecycle",
    when: ({ fails }) => fails("disposed right after its run") || fails("everything disposed") || fails(MANY_PLANS),
    cause: "disposing of one plan frees what another plan uses",
  },
  // Misuse.
  {
    suite: "errors",
    when: ({ says }) => says(/it threw (?!ERR_)/),
    cause: "misuse throws an error that is no ConveneError, so that a caller cannot tell it by its code",
  },
  {
    suite: "errors",
    when: ({ says }) => says(/bytes were in use before/),
    cause: `${LEAKS}: memory that was taken before a misuse was refused is not given back, and is still in use`,
  },
  {
    suite: "errors",
    when: ({ says }) => says(/features\.supports refuses/),
    cause: "`features.supports` refuses problems that `prepareConv2d` takes",
  },
  {
    suite: "errors",
    when: ({ says }) => says(/it was accepted; expected ERR_SHAPE/) && !says(/expected ERR_(DISPOSED|INVALID_OPTION)/),
    cause: "shapes of tensors are not checked: a run takes tensors of any shape",
  },
  {
    suite: "errors",
    when: ({ says, fails }) =>
      says(/it was accepted; expected ERR_INVALID_OPTION/) && fails("another backend's tensor"),
    cause: "tensors of another backend are taken for the backend's own",
  },
  {
    suite: "errors",
    when: ({ says }) => says(/it was accepted; expected ERR_DISPOSED/),
    cause: "a disposed plan or tensor still runs: use after dispose is not refused",
  },
  {
    suite: "errors",
    when: ({ says }) => says(/lost|unusable|broken/),
    cause: "after a misuse the backend is unusable: a call that was refused must not count as a failed run",
  },
  // Operations beside convolution.
  {
    suite: "operations",
    when: ({ says }) => says(/it threw (?!ERR_)/),
    cause: "misuse throws an error that is no ConveneError, so that a caller cannot tell it by its code",
  },
  {
    suite: "operations",
    when: ({ says }) => says(/disposed [a-z ]*was accepted|after .* disposed.*was accepted|expected ERR_DISPOSED/),
    cause: "a disposed plan or tensor still runs: use after dispose is not refused",
  },
  {
    suite: "operations",
    when: ({ says }) => says(/input as output was accepted|may share memory was accepted/),
    cause: "an input is taken as the output: output and input may be one tensor",
  },
  {
    suite: "operations",
    when: ({ says }) => says(/another backend's tensor.* was accepted|an input too (few|many) was accepted/),
    cause: "inputs are not checked: any number of them, and tensors of another backend, are taken",
  },
  {
    suite: "operations",
    when: ({ says }) => says(/was accepted; expected ERR_SHAPE/),
    cause: "shapes of inputs and outputs are not checked",
  },
  {
    suite: "operations",
    when: ({ says }) => says(/bytes (were|are) (in use|reserved)/),
    cause: `${LEAKS}: the memory of a plan is not given back when it is disposed, and is still in use or reserved`,
  },
  {
    suite: "operations",
    when: ({ says }) => says(/input \d+ was changed by a run/),
    cause: "a run changes its input: the result is computed in place, in the input's memory",
  },
  {
    suite: "operations",
    when: ({ fails }) => fails("slope is copied"),
    cause: "slopes are not copied by `prepareOperation`: the plan reads the caller's array",
  },
  {
    suite: "operations",
    when: ({ only }) => only("an empty batch"),
    cause: "an empty batch (n = 0) is refused",
  },
  {
    suite: "operations",
    when: ({ only }) => only("one tensor as both inputs", "over and over"),
    cause: "the same tensor as both inputs is not handled: one of the two is overwritten before it is read",
  },
  {
    suite: "operations",
    when: ({ fails }) => fails("over and over"),
    cause:
      "a plan that runs again gives the result of its first run, which is kept, or adds to the old content of the output",
  },
  {
    suite: "operations",
    when: ({ fails }) => fails("that differ from it in one thing"),
    cause:
      "a plan gets the parameters with which another plan was prepared, which differs in one option only: a cache has a key that lacks this option, or two plans share a buffer",
  },
  {
    suite: "operations",
    when: ({ fails }) => fails("between convolutions") || fails("tensors disposed behind"),
    cause:
      "operations do not keep the order of calls: they run before earlier uploads or convolutions, or after later ones, so they do not go through the queue",
  },
  {
    suite: "operations",
    when: ({ only }) => only("subnormal"),
    cause: "subnormal numbers are flushed to zero, but `features.subnormals` does not say so",
  },
  {
    suite: "operations",
    when: ({ only }) => only("the mean far"),
    cause:
      "the variance is lost where the mean is far from zero: it is the mean of squares less the square of the mean, and not the mean of squared differences from the mean",
  },
  {
    suite: "operations",
    when: ({ only }) => only("far above zero", "far below zero", "far apart"),
    cause: "large values overflow: exp is taken before the maximum of each pixel's channels is subtracted",
  },
  {
    suite: "operations",
    when: ({ only }) => only("over its range"),
    cause: "the function is wrong, or not precise enough, on a part of its range",
  },
  {
    suite: "operations",
    when: ({ only }) => only("NaN, infinities"),
    cause: "NaN, an infinity or the sign of a zero is lost, or reaches outputs that do not read it",
  },
  // NaN, infinities and subnormals.
  {
    suite: "non-finite",
    when: ({ only }) => only("subnormal"),
    cause: "subnormal numbers are flushed to zero, but `features.subnormals` does not say so",
  },
  {
    suite: "non-finite",
    when: ({ only }) => only("before a clamp"),
    cause: "a clamp makes a number of NaN, because it compares, as `x > 0 ? x : 0` does",
  },
  {
    suite: "non-finite",
    when: ({ only }) => only("weights of zero"),
    cause: "products with a zero weight are skipped, though zero times infinity is NaN",
  },
  {
    suite: "non-finite",
    when: ({ says }) => says(/: -?3\.40282\d+e\+38, expected -?Infinity/),
    cause: "infinities are clamped to the largest float32",
  },
  {
    suite: "non-finite",
    when: ({ says }) => says(/: NaN, expected -?\d/),
    cause: "a NaN reaches outputs that do not read it",
  },
];
