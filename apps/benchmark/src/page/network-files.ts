/** What the reader's files are: a network, files with weights of this network, or something else. */

/** A network, as files. */
export interface NetworkFiles {
  readonly file: Blob;
  readonly name: string;
  /** Files that have its weights, by their names. */
  readonly weights?: Readonly<Record<string, Blob>>;
}

interface Named extends Blob {
  readonly name: string;
}

export interface SortedFiles<T> {
  /** The first network, with all files that are no photos. */
  readonly network: NetworkFiles | undefined;
  /** Everything that belongs to no network. Without a network, these are all files. */
  readonly others: readonly T[];
  /** Further networks. */
  readonly left: readonly T[];
}

const isNetwork = ({ name }: Named): boolean => /\.onnx$/i.test(name);
const isPhoto = ({ name, type }: Named): boolean =>
  type.startsWith("image/") || /\.(png|jpe?g|webp|avif|gif|bmp|tiff?|hei[cf]|svg)$/i.test(name);

/** A network of PyTorch 2.9 and later is two files, `model.onnx` and `model.onnx.data`. */
export function sortFiles<T extends Named>(files: Iterable<T>): SortedFiles<T> {
  const all = [...files];
  const [first, ...left] = all.filter(isNetwork);
  const rest = all.filter((each) => !isNetwork(each));
  if (!first) return { network: undefined, others: rest, left };
  const weights = rest.filter((each) => !isPhoto(each));
  return {
    network: { file: first, name: first.name, weights: Object.fromEntries(weights.map((each) => [each.name, each])) },
    others: rest.filter(isPhoto),
    left,
  };
}

/** The bytes of all files of a network. */
export function networkSize({ file, weights = {} }: NetworkFiles): number {
  return Object.values(weights).reduce((sum, { size }) => sum + size, file.size);
}

/** Reads all files of a network. */
export async function readFiles({ file, weights = {} }: NetworkFiles): Promise<{
  readonly bytes: Uint8Array;
  readonly external: Readonly<Record<string, Uint8Array>>;
}> {
  const read = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());
  const external: [string, Uint8Array][] = [];
  for (const [name, blob] of Object.entries(weights)) external.push([name, await read(blob)]);
  return { bytes: await read(file), external: Object.fromEntries(external) };
}
