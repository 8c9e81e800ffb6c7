/** The module of a peer that the page's Compare view imports. It starts the bundled adapter once. */

// The bundler replaces this name by the peer's adapter.
import adapter from "peer-adapter";
import { watchConsole } from "./console-faults.js";
import { inThreads, type PageFactory, type PageLibrary } from "./page-factory.js";

interface Options {
  /** The address of the packages, which ends in `/`. */
  readonly modules: string;
  readonly threads: number;
}

let started: { readonly threads: number; readonly library: Promise<PageLibrary> } | undefined;

/** Starts the library. Its number of threads does not change while the worker lives. */
export default async function start({ modules, threads }: Options): Promise<PageLibrary> {
  if (started && started.threads !== threads) {
    throw new Error(
      `this library has started ${inThreads(started.threads)} already, and cannot have ${threads} as well`,
    );
  }
  const open = adapter as PageFactory;
  const console = watchConsole();
  // Late errors are thrown by the next call, because a wait would be timed with the work.
  const faults = { check: async () => console.checkNow(), checkNow: console.checkNow };
  started ??= { threads, library: open({ faults, variant: undefined, modules, threads }) };
  try {
    return await started.library;
  } catch (error) {
    // Other printed errors belong to this error, and must not be thrown by a later check.
    await console.check().catch(() => undefined);
    throw error;
  }
}
