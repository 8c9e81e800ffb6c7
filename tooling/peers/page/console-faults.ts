/**
 * What a library's own code never hears of: errors that only the console knows. A shader that does not compile makes a
 * pipeline that computes nothing; whoever asked for it gets a buffer of zeros, and no exception.
 */

export interface ConsoleFaults {
  /** Throws what was noted since the last call, once everything that is under way has been told. */
  check(): Promise<void>;
  /** The same of what has been told by now: without a wait, which would be timed with the work. */
  checkNow(): void;
}

/** Where several adapters are in one page, they watch together: what one of them has thrown is not the other's. */
const KEY = Symbol.for("convene.console-faults");

/** What is printed as an error without being one: ONNX Runtime's and LiteRT's warnings, which come by the same way. */
const NO_ERROR = /\[[VIW]:onnxruntime|^(?:INFO|WARNING|VERBOSE):|\bW\d{4} /;

/** Notes errors from now on: of every WebGPU device that is made after this call, of the console, of promises nobody awaits. */
export function watchConsole(): ConsoleFaults {
  const scope = globalThis as { [KEY]?: ConsoleFaults };
  return (scope[KEY] ??= startWatching());
}

function startWatching(): ConsoleFaults {
  const faults = new Set<string>();
  const note = (what: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    faults.add(`${what}: ${message.replace(/\s+/g, " ").slice(0, 400)}`);
  };
  watchDevices(note);
  const { error } = console;
  console.error = (...words: unknown[]) => {
    error(...words);
    const line = words.map(String).join(" ");
    if (!NO_ERROR.test(line)) note("on the console alone", line);
  };
  globalThis.addEventListener("unhandledrejection", ({ reason }) => note("a promise that nobody awaits", reason));
  const checkNow = (): void => {
    if (faults.size === 0) return;
    const all = [...faults].join("; ");
    faults.clear();
    throw new Error(all);
  };
  return {
    async check() {
      // A device tells of its errors in a task of its own.
      await new Promise((resolve) => setTimeout(resolve));
      checkNow();
    },
    checkNow,
  };
}

interface Device extends EventTarget {
  readonly lost: Promise<{ readonly message: string; readonly reason: string }>;
  popErrorScope(): Promise<unknown>;
}

/** The part of WebGPU that is watched; TypeScript's own library does not have it. */
interface Scope {
  readonly GPUAdapter?: { readonly prototype: { requestDevice(...args: unknown[]): Promise<Device> } };
  readonly GPUDevice?: { readonly prototype: Device };
}

function watchDevices(note: (what: string, error: unknown) => void): void {
  const { GPUAdapter, GPUDevice } = globalThis as Scope;
  if (!GPUAdapter || !GPUDevice) return;
  const noteLoss = async ({ lost }: Device): Promise<void> => {
    const { reason, message } = await lost;
    if (reason !== "destroyed") note("WebGPU lost its device", message);
  };
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await requestDevice.apply(this, args);
    device.addEventListener("uncapturederror", (event) =>
      note("WebGPU", (event as unknown as { error: { message: string } }).error.message),
    );
    void noteLoss(device);
    return device;
  };
  const { popErrorScope } = GPUDevice.prototype;
  // What a library catches in a scope it may only print.
  GPUDevice.prototype.popErrorScope = async function () {
    const caught = await popErrorScope.apply(this);
    if (caught) note("WebGPU, in an error scope", (caught as { message: string }).message);
    return caught;
  };
}
