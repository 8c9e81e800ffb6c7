/** Disposes the plans and tensors of a measurement. */

/** Disposes all items. Errors are ignored: `dispose` of a broken backend may throw, and its fault is reported elsewhere. */
export function disposeAll(items: readonly { dispose(): void }[]): void {
  for (const item of items) {
    try {
      item.dispose();
    } catch {
      // See above: the error is ignored.
    }
  }
}
