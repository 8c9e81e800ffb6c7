/** The environment of the engine, as far as any JavaScript can tell. A host may add facts. */

import type { Environment } from "./compare-report.js";

/** Facts that a host may give. The engine finds out the others. */
export type KnownEnvironment = Partial<Omit<Environment, "clockStep" | "date">>;

export function findEnvironment(known: KnownEnvironment, clockStep: number): Environment {
  const { navigator, crossOriginIsolated } = globalThis as Partial<typeof globalThis>;
  const userAgent = navigator?.userAgent;
  return {
    convene: "unknown",
    runtime: userAgent === undefined ? "unknown" : runtimeOf(userAgent),
    platform: "unknown",
    threads: navigator?.hardwareConcurrency ?? 1,
    ...(typeof crossOriginIsolated === "boolean" && { isolated: crossOriginIsolated }),
    ...known,
    clockStep,
    date: new Date().toISOString(),
  };
}

/** The browser's own name, such as `"Chrome 131"`. A user agent also has names of other browsers. */
export function runtimeOf(userAgent: string): string {
  const [, name, version] =
    /\b(Edg|OPR|Firefox|SamsungBrowser)\/(\d+)/.exec(userAgent) ??
    /\b(?:Headless)?(Chrome)\/(\d+)/.exec(userAgent) ??
    /\b(Version)\/(\d+[.\d]*)(?=.*Safari)/.exec(userAgent) ??
    [];
  const names: Readonly<Record<string, string>> = { Edg: "Edge", OPR: "Opera", Version: "Safari" };
  return name === undefined ? userAgent : `${names[name] ?? name} ${version}`;
}

/** `Node v20.1.0, V8 11.3, AMD EPYC, 2 threads`. */
export function describeEnvironment({
  runtime,
  engine,
  cpu,
  threads,
}: Pick<Environment, "runtime" | "engine" | "cpu" | "threads">): string {
  return [runtime, engine, cpu, `${threads} thread${threads === 1 ? "" : "s"}`]
    .filter((part) => part !== undefined)
    .join(", ");
}
