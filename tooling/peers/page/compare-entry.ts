/** What the page's Compare view imports of a peer: the adapter that it was bundled with, started once. */

// The adapter of the peer, which the bundler puts here.
import adapter from "peer-adapter";
import { watchConsole } from "./console-faults.js";
import { inThreads, type PageFactory, type PageLibrary } from "./page-factory.js";

interface Options {
  /** An address that ends in `/`. */
  readonly modules: string;
  readonly threads: number;
}

let started: { readonly threads: number; readonly library: Promise<PageLibrary> } | undefined;

/** The library has one number of threads for as long as the worker lives. */
export default async function start({ modules, threads }: Options): Promise<PageLibrary> {
  if (started && started.threads !== threads) {
    throw new Error(
      `this library has started ${inThreads(started.threads)} already, and cannot have ${threads} as well`,
    );
  }
  const open = adapter as PageFactory;
  const console = watchConsole();
  // What is noted late is thrown by the next call: a wait would be timed with the work.
  const faults = { check: async () => console.checkNow(), checkNow: console.checkNow };
  started ??= { threads, library: open({ faults, variant: undefined, modules, threads }) };
  try {
    return await started.library;
  } catch (error) {
    // What the library printed besides belongs to this error, and not to the next one to look.
    await console.check().catch(() => undefined);
    throw error;
  }
}
