/** Finds the factory among a module's exports. */

/** The result of `import`. */
export type Namespace = Readonly<Record<string, unknown>>;
/** A function that a module exports to make its backend. */
export type ModuleFactory = (...args: readonly unknown[]) => unknown;

/**
 * A module's export of this name, or its default export; undefined if there is no such function. A CommonJS module has its exports under
 * `default`, and a CommonJS module that was compiled from an ES module has them under `default.default`.
 */
export function factoryIn(module: unknown, exportName?: string): ModuleFactory | undefined {
  const layers = [module, defaultOf(module), defaultOf(defaultOf(module))];
  const candidates =
    exportName === undefined
      ? layers.slice(1)
      : layers.map((layer) => (isObject(layer) ? layer[exportName] : undefined));
  return candidates.find((each): each is ModuleFactory => typeof each === "function");
}

function defaultOf(value: unknown): unknown {
  return isObject(value) ? value["default"] : undefined;
}

function isObject(value: unknown): value is Namespace {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
