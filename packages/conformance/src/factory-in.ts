/** Which function of a module is the factory. */

/** What `import` gives. */
export type Namespace = Readonly<Record<string, unknown>>;
type ModuleFactory = (...args: readonly unknown[]) => unknown;

/**
 * The export of this name, or the default one. CommonJS puts its own under `default`, and CommonJS that was compiled from an ES
 * module once more.
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
