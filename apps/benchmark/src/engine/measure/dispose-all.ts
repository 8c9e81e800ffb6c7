/** Giving back what a measurement used. */

/** Of a backend that is broken, `dispose` may throw: what is wrong has been told, or will be when the backend goes. */
export function disposeAll(items: readonly { dispose(): void }[]): void {
  for (const item of items) {
    try {
      item.dispose();
    } catch {
      // As above.
    }
  }
}
