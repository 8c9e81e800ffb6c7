/** The download size of a backend: the scripts that its package fetched, compressed as hosts do. */

/** Addresses of the scripts and WebAssembly that this thread has fetched so far. */
export function fetchedScripts(): readonly string[] {
  return performance
    .getEntriesByType("resource")
    .map(({ name }) => name)
    .filter((name) => /\.(m?js|wasm)(\?|$)/.test(name));
}

/** The gzipped size of all these scripts together, in bytes. They come from the browser's cache. */
export async function gzippedSize(addresses: readonly string[]): Promise<number> {
  let size = 0;
  for (const address of addresses) {
    const response = await fetch(address, { cache: "force-cache" });
    if (!response.ok || !response.body) throw new Error(`${address} cannot be read again`);
    const reader = response.body.pipeThrough(new CompressionStream("gzip")).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) size += part.value.length;
  }
  return size;
}
