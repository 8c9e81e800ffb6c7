/** lifecycle: the suite finds backends that are wrong over more than one run, and skips cases if there is no factory. */

import type { Backend } from "@convene/core";
import { type BackendImplementation, defineBackend } from "@convene/core/backend";
import { describe, expect, test } from "vitest";
import { textOf } from "../problem.js";
import { referenceBackend, referenceImplementation, type ReferenceStorage } from "../reference-backend.js";
import { referenceConv2d } from "../reference.js";
import { runConformance } from "../run-conformance.js";
import { lifecycleCases } from "./lifecycle.js";

type Implementation = BackendImplementation<ReferenceStorage>;

const OPTIONS = { suites: ["lifecycle"], selection: "quick", limit: 2000, diagnose: false } as const;

const changed = (change: (right: Implementation) => Partial<Implementation>) => async (): Promise<Backend> =>
  defineBackend({ ...referenceImplementation, ...change(referenceImplementation) });

/** The names of the cases that fail, without their problems, each once. */
async function failuresOf(source: Parameters<typeof runConformance>[0], only = ""): Promise<readonly string[]> {
  const { results } = await runConformance(source, { ...OPTIONS, only });
  const failed = results.filter(({ status }) => status === "failed");
  return [...new Set(failed.map(({ name }) => name.replace(/^[a-z0-9_]+: /, "")))];
}

/** The reference with a report of its memory: 4 bytes for each element, in pages. */
function counting(): { readonly change: Partial<Implementation>; use(bytes: number): void } {
  let used = 0;
  let reserved = 0;
  const use = (bytes: number): void => {
    used += bytes;
    reserved = Math.max(reserved, Math.ceil(used / 65536) * 65536);
  };
  return {
    use,
    change: {
      allocate: (shape) => {
        const storage = referenceImplementation.allocate(shape);
        use(storage.data.byteLength);
        return storage;
      },
      free: ({ data }) => use(-data.byteLength),
      memory: () => ({ used, reserved }),
    },
  };
}

test("every case has a name of its own, and the problems that it runs are in it", async () => {
  const cases = await lifecycleCases();
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  const ofOne = cases.filter(({ name }) => /^(g\d+_)?ic\d/.test(name));
  expect(ofOne.length).toBeGreaterThan(50);
  for (const { name, problems } of ofOne) expect(problems!.map(textOf)).toEqual([name.split(": ")[0]]);
});

test("a backend that counts its memory rightly passes", async () => {
  expect(await failuresOf(changed(() => counting().change))).toEqual([]);
});

test("without a factory, cases that need a second backend are skipped and the rest passes", async () => {
  const backend = await referenceBackend();
  const { counts, results } = await runConformance(backend, OPTIONS);
  expect(counts).toMatchObject({ failed: 0, untrusted: 0 });
  expect(counts.skipped).toBeGreaterThan(0);
  expect(new Set(results.flatMap(({ status, message }) => (status === "skipped" ? [message] : [])))).toEqual(
    new Set(["this needs a second backend, and no factory was given to make one"]),
  );
  await backend.dispose();
});

test("if a backend takes only some problems, cases with several problems run with those", async () => {
  const limited = changed((right) => ({
    features: { ...right.features, supports: ({ g }) => g === 1 || { reason: "groups are not done yet" } },
  }));
  const { results } = await runConformance(limited, OPTIONS);
  expect(results.find(({ name }) => name.includes("plans of each kind"))).toMatchObject({ status: "passed" });
  const none = changed((right) => ({ features: { ...right.features, supports: () => ({ reason: "not today" }) } }));
  const report = await runConformance(none, OPTIONS);
  expect(report.results.find(({ name }) => name.includes("plans of each kind"))).toMatchObject({
    status: "skipped",
    message: "not today",
  });
});

describe("a backend is found out", () => {
  test("that keeps a tensor's memory", async () => {
    const leaking = changed(() => ({ ...counting().change, free: () => undefined }));
    expect(await failuresOf(leaking)).toEqual(
      expect.arrayContaining([
        "fifty cycles of prepare, run and dispose without growth",
        "a tensor counts as memory in use until it is disposed",
        "disposing twice does nothing more",
      ]),
    );
  });

  test("that reserves a little more for each plan", async () => {
    const growing = changed((right) => {
      let plans = 0;
      return {
        memory: () => ({ used: 0, reserved: 2 ** 20 + plans }),
        allocate: right.allocate,
        prepareConv2d: (...given) => {
          plans++;
          return right.prepareConv2d(...given);
        },
      };
    });
    expect(await failuresOf(growing)).toContain("fifty cycles of prepare, run and dispose without growth");
  });

  test("whose memory report does not count tensors", async () => {
    expect(await failuresOf(changed(() => ({ memory: () => ({ used: 0, reserved: 0 }) })))).toEqual([
      "a tensor counts as memory in use until it is disposed",
    ]);
  });

  test("whose second dispose throws", async () => {
    const strict = async (): Promise<Backend> => {
      const right = await referenceBackend();
      const once = <T extends { dispose(): void; readonly disposed: boolean }>(value: T): T =>
        Object.create(value, {
          dispose: {
            value: () => {
              if (value.disposed) throw new Error("disposed already");
              value.dispose();
            },
          },
        }) as T;
      return { ...right, prepareConv2d: async (...given) => once(await right.prepareConv2d(...given)) };
    };
    expect(await failuresOf(strict)).toContain("disposing twice does nothing more");
  });

  test("whose results are the device's own memory", async () => {
    const aliasing = changed(() => ({
      read: async ({ data }, shape, layout) => ({ shape, layout, data }),
    }));
    expect(await failuresOf(aliasing)).toContain("a result that was read is the caller's own");
  });

  test("whose uploads are the caller's own memory", async () => {
    const aliasing = changed(() => ({
      upload: (source, target) => {
        target.data = source.data;
      },
    }));
    expect(await failuresOf(aliasing)).toContain("tensors that the caller changes after upload do not matter");
  });

  test("that packs weights in the caller's array", async () => {
    const packing = changed((right) => ({
      prepareConv2d: async (problem, weights, options) => {
        const plan = await right.prepareConv2d(problem, weights, options);
        weights.weight.reverse();
        return plan;
      },
    }));
    expect(await failuresOf(packing)).toContain("what the caller hands in is read, and not written");
  });

  test("that adds to what the output held", async () => {
    const adding = changed((right) => ({
      prepareConv2d: async (...given) => {
        const plan = await right.prepareConv2d(...given);
        const run: typeof plan.run = (input, output, residual) => {
          const before = output.data.slice();
          plan.run(input, output, residual);
          // This is like a multiplication by a beta of 0: finite values give 0, and NaN gives NaN.
          for (let at = 0; at < before.length; at++) output.data[at]! += before[at]! - before[at]!;
        };
        return { ...plan, run };
      },
    }));
    expect(await failuresOf(adding)).toContain("every element of the output is written, and none is added to");
  });

  test("that writes only what is not zero", async () => {
    const sparse = changed((right) => ({
      prepareConv2d: async (...given) => {
        const plan = await right.prepareConv2d(...given);
        const run: typeof plan.run = (input, output, residual) => {
          const result = { data: output.data.slice() };
          plan.run(input, result, residual);
          result.data.forEach((each, at) => {
            if (each !== 0) output.data[at] = each;
          });
        };
        return { ...plan, run };
      },
    }));
    expect(await failuresOf(sparse)).toContain("every element of the output is written, and none is added to");
  });

  test("whose runs wait for the next turn", async () => {
    const late = changed((right) => ({
      prepareConv2d: async (...given) => {
        const plan = await right.prepareConv2d(...given);
        return { ...plan, run: (...tensors) => void Promise.resolve().then(() => plan.run(...tensors)) };
      },
    }));
    expect(await failuresOf(late)).toContain("an upload right after a run or a read does not reach it");
  });

  test("whose plans lose what they need when they are disposed with a run in flight", async () => {
    // Runs wait in a queue until something is read.
    const queueing = changed((right) => {
      const queue: (() => void)[] = [];
      const flush = (): void => queue.splice(0).forEach((run) => run());
      return {
        upload: (source, target) => {
          flush();
          right.upload(source, target);
        },
        read: async (...given) => {
          flush();
          return right.read(...given);
        },
        prepareConv2d: async (problem, { weight, bias }) => {
          const copy = { weight: weight.slice(), bias: bias?.slice() };
          return {
            algorithm: "queued",
            run: (input, output, residual) =>
              void queue.push(() => {
                const operands = { ...copy, input: input.data, residual: residual?.data };
                output.data.set(referenceConv2d(problem, operands).output);
              }),
            dispose: () => copy.weight.fill(NaN),
          };
        },
      };
    });
    expect(await failuresOf(queueing)).toEqual(["a plan disposed right after its run"]);
  });

  test("that never settles a read once its backend is disposed", async () => {
    const hanging = async (): Promise<Backend> => {
      const right = await referenceBackend();
      return {
        ...right,
        read: async (...given) => {
          const result = await right.read(...given);
          await Promise.resolve();
          return right.disposed ? new Promise(() => undefined) : result;
        },
      };
    };
    const { results } = await runConformance(hanging, { ...OPTIONS, limit: 300, only: "with a run and its read" });
    expect(results.length).toBeGreaterThan(0);
    for (const result of results)
      expect(result).toMatchObject({ status: "failed", message: "no answer within 0.3 s: `read` has not settled" });
  });

  test("whose shared tensors overlap while they are needed", async () => {
    const overlapping = changed((right) => ({
      allocateShared: (lifetimes) => {
        const largest = Math.max(...lifetimes.map(({ shape: [n, c, h, w] }) => n * c * h * w));
        const { data } = right.allocate([1, 1, 1, largest]);
        const storages = lifetimes.map(({ shape: [n, c, h, w] }) => ({ data: data.subarray(0, n * c * h * w) }));
        return { storages, free: () => undefined };
      },
    }));
    expect(await failuresOf(overlapping)).toEqual([
      "tensors of allocateShared hold what they should, for as long as they should",
      "tensors of allocateShared may be disposed one by one",
    ]);
  });

  test.each(["activation", "paddingMode", "pt", "pl", "dh", "dw", "sh", "sw", "g"] as const)(
    "that caches kernels by a key without %s",
    async (key) => {
      const caching = changed((right) => {
        const kept = new Map<string, Parameters<Implementation["prepareConv2d"]>[0]>();
        return {
          prepareConv2d: async (problem, weights, options) => {
            const name = JSON.stringify({ ...problem, [key]: "" });
            const used = kept.get(name) ?? problem;
            kept.set(name, used);
            return right.prepareConv2d(used, weights, options);
          },
        };
      });
      expect(await failuresOf(caching, "plans that differ in one thing")).toHaveLength(2);
    },
  );

  test("whose backends share a table of plans", async () => {
    // The arguments of the last prepareConv2d of all these backends.
    let latest: Parameters<Implementation["prepareConv2d"]> | undefined;
    const sharing = changed((right) => ({
      prepareConv2d: async (problem, { weight, bias }, options) => {
        const mine: typeof latest = [problem, { weight: weight.slice(), bias: bias?.slice() }, options];
        latest = mine;
        const plan = await right.prepareConv2d(...mine);
        const run: typeof plan.run = (input, output, residual) => {
          plan.run(input, output, residual);
          if (latest !== mine && latest![1].weight.length === weight.length) output.data.reverse();
        };
        return { ...plan, run };
      },
    }));
    expect(await failuresOf(sharing)).toContain("a second backend has nothing to do with the first");
  });
});

test.each<[string, (right: Backend) => Partial<Backend>]>([
  [
    "refuses",
    (right) => ({
      prepareConv2d: async (problem, ...rest) => {
        if (problem.n === 0) throw new Error("no batch");
        return right.prepareConv2d(problem, ...rest);
      },
    }),
  ],
  [
    "gives elements of",
    (right) => ({
      read: async (tensor, options) => {
        const result = await right.read(tensor, options);
        return result.data.length > 0 || options?.into ? result : { ...result, data: new Float32Array(1) };
      },
    }),
  ],
])("a backend that %s an empty batch is found", async (_, change) => {
  const wrong = async (): Promise<Backend> => {
    const right = await referenceBackend();
    return { ...right, ...change(right) };
  };
  expect(await failuresOf(wrong, "empty batch")).toEqual(["an empty batch gives an empty result"]);
});
