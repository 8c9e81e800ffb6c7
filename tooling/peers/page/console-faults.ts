/**
 * Collects errors that only the console shows, and that a library's own code does not see. For example, a shader that does not compile
 * makes a pipeline that computes nothing. The caller gets a buffer of zeros, and no exception.
 */

export interface ConsoleFaults {
  /** Waits until pending errors have arrived, and throws the errors since the last call. */
  check(): Promise<void>;
  /** Throws the errors that have arrived, without a wait, which would be timed with the work. */
  checkNow(): void;
}

/** Several adapters in one page share one watch, so that each error is thrown only once. */
const KEY = Symbol.for("convene.console-faults");

/** Texts that are printed as errors but are none: warnings of ONNX Runtime and LiteRT. */
const NO_ERROR = /\[[VIW]:onnxruntime|^(?:INFO|WARNING|VERBOSE):|\bW\d{4} /;

/** Starts to collect errors: of every WebGPU device that is made later, of the console, and of promises that nobody awaits. */
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
      // A device reports its errors in a separate task.
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

/** The watched part of WebGPU, which TypeScript's own library does not have. */
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
  // A library may catch errors in an error scope and only print them.
  GPUDevice.prototype.popErrorScope = async function () {
    const caught = await popErrorScope.apply(this);
    if (caught) note("WebGPU, in an error scope", (caught as { message: string }).message);
    return caught;
  };
}
