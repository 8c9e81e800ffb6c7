/** Storages for libraries that make a tensor for every result: each holds whichever came last. */

interface Disposable {
  dispose(): void;
}

export interface Holder<Value> {
  value: Value | undefined;
}

export interface Holders<Value> {
  allocate(): Holder<Value>;
  free(holder: Holder<Value>): void;
  /** Puts a value in the place of another, which is disposed. */
  replace(holder: Holder<Value>, value: Value | undefined): void;
  /** Disposes of all values that are held. */
  dispose(): void;
}

export function createHolders<Value extends Disposable>(): Holders<Value> {
  const live = new Set<Holder<Value>>();
  const replace = (holder: Holder<Value>, value: Value | undefined): void => {
    holder.value?.dispose();
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
