/** The kernels for a memory that threads share. The code is the same, and only the import of the memory differs. */

/** Bytes that may be compiled. Not in the declarations as `Uint8Array<ArrayBuffer>`, which TypeScript knows from 5.7 on only. */
export type Bytes = InstanceType<typeof Uint8Array>;

/** The number of a module's section of imports, and the byte that stands for a memory after the names of an import. */
const [IMPORTS, MEMORY] = [2, 2];
/** The description of the memory. Without sharing, it has no limits. With sharing, it has the flags "shared" and "has a maximum", and the most pages of 32 bits. */
const OWN = [MEMORY, 0, 0];
const SHARED = [MEMORY, 3, 0, 0x80, 0x80, 4];
/** The bytes before the first section: four bytes mark WebAssembly, and four bytes are the version. */
const HEADER = 8;

/**
 * The module with a shared memory. AssemblyScript gives the same bytes with `--sharedMemory --maximumMemory 65536`. So one text of
 * kernels serves programs that use `cpu`, `worker-threads` or both.
 *
 * @param module one of the builds. Its only import is its memory, without limits. Each section up to the imports has less than
 *   128 bytes.
 * @throws Error for another module
 */
export function withSharedMemory(module: Bytes): Bytes {
  let at = HEADER;
  while (module[at] !== IMPORTS && module[at + 1]! < 128) at += 2 + module[at + 1]!;
  const length = module[at + 1] ?? 0;
  const end = at + 2 + length;
  const isOwn = OWN.every((byte, index) => module[end - OWN.length + index] === byte);
  if (module[at] !== IMPORTS || length >= 128 || !isOwn) throw new Error("the module does not import a memory alone");
  const grown = SHARED.length - OWN.length;
  const result = new Uint8Array(module.length + grown);
  result.set(module.subarray(0, end - OWN.length));
  result[at + 1] = length + grown;
  result.set(SHARED, end - OWN.length);
  result.set(module.subarray(end), end + grown);
  return result;
}
