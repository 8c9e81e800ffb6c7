/** Backends that break their process, or the rules, at one problem; for tests of the command. Not the faults of `faulty-backends`: those give wrong numbers. */

import { type Backend, formatProblem, zeros } from "@convene/core";
import { referenceBackend } from "../reference-backend.js";

interface Where {
  /** The problem's string. */
  readonly at: string;
}

type Misbehaviour = (right: Backend) => Partial<Backend> | Promise<never>;

function bad(misbehave: Misbehaviour): (where: Where) => Promise<Backend> {
  return async ({ at }) => {
    const right = await referenceBackend();
    const wrong = over(right, {
      prepareConv2d: async (problem, ...rest) => {
        Object.assign(wrong, { read: right.read });
        if (formatProblem(problem) === at) Object.assign(wrong, await misbehave(right));
        return right.prepareConv2d(problem, ...rest);
      },
    });
    return wrong;
  };
}

/** `right` with some members replaced. This is no copy, because a copy would keep the present value of members such as `disposed`. */
function over(right: Backend, some: Partial<Backend>): Backend {
  return Object.assign(Object.create(right) as Backend, some);
}

const never = (): Promise<never> => new Promise(() => undefined);

export const hangs = bad(never);
export const loops = bad(() => {
  for (;;);
});
export const throwsString = bad(() => {
  throw "out of luck";
});
export const throwsError = bad(() => {
  throw new Error("no such kernel");
});
export const throwsStrangely = bad(() => {
  throw Object.create(null);
});
export const wrongShape = bad(() => ({ read: async () => zeros([1, 1, 1, 2]) }));
export const exits = bad(() => process.exit(3));
export const killsItself = bad(() => {
  process.kill(process.pid, "SIGKILL");
  return never();
});
export const throwsLater = bad(() => {
  setTimeout(() => {
    throw new Error("from a timer");
  });
  return never();
});
export const rejectsUnheard = bad(() => {
  void Promise.reject(new Error("nobody listens"));
  return never();
});
export const talks = bad(() => {
  process.stdout.write("a word from the backend\n");
  return {};
});
export const answersNothing = async (): Promise<Backend> => over(await referenceBackend(), { prepareConv2d: never });
/** Hangs after the case, in `dispose`, where no single case has the fault. */
export const hangsWhenDisposed = async ({ at }: Where): Promise<Backend> => {
  const wrong = await throwsString({ at });
  return over(wrong, { sync: () => Promise.reject(new Error("broken")), dispose: never });
};

/** Throws at the problem if it had another problem before. */
export const remembers = async ({ at }: Where): Promise<Backend> => {
  const right = await referenceBackend();
  let before = 0;
  return over(right, {
    prepareConv2d: async (problem, ...rest) => {
      if (formatProblem(problem) !== at) before++;
      else if (before > 0) throw "out of luck";
      return right.prepareConv2d(problem, ...rest);
    },
  });
};

/** The number of backends so far. At the problem the first backend of a process throws, and the second ends the process. */
let made = 0;
export const exitsTheSecondTime = async (where: Where): Promise<Backend> =>
  ++made === 1 ? throwsString(where) : exits(where);

export const notThere = async (): Promise<Backend> => {
  throw new Error("no such device here");
};
export const neverMade = never;
export const noBackend = async (): Promise<string> => "a backend, honestly";

/** A right backend with a declared limit, so that some cases are skipped. */
export default async function limited(): Promise<Backend> {
  const right = await referenceBackend();
  return over(right, {
    features: { ...right.features, supports: ({ g }) => g === 1 || { reason: "groups are not <done> yet" } },
  });
}
