/** Storages for libraries that make a tensor for every result. A storage holds the latest tensor. */

interface Disposable {
  dispose(): void;
}

export interface Holder<Value> {
  value: Value | undefined;
}

export interface Holders<Value> {
  allocate(): Holder<Value>;
  free(holder: Holder<Value>): void;
  /** Replaces the value of a holder, and disposes the old value. */
  replace(holder: Holder<Value>, value: Value | undefined): void;
  /** Disposes all held values. */
  dispose(): void;
}

/** @param disposeOf disposes of a value that no storage holds any more; default: at once */
export function createHolders<Value extends Disposable>(
  disposeOf: (value: Value) => void = (value) => value.dispose(),
): Holders<Value> {
  const live = new Set<Holder<Value>>();
  const replace = (holder: Holder<Value>, value: Value | undefined): void => {
    if (holder.value) disposeOf(holder.value);
    holder.value = value;
  };
  return {
    allocate() {
      const holder: Holder<Value> = { value: undefined };
      live.add(holder);
      return holder;
    },
    free(holder) {
      live.delete(holder);
      replace(holder, undefined);
    },
    replace,
    dispose() {
      for (const holder of live) replace(holder, undefined);
      live.clear();
    },
  };
}
