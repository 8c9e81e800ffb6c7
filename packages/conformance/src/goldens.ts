/** Results of PyTorch: convolutions with PyTorch's answers, and weights that PyTorch has initialised. */

import {
  Conv2d,
  type Conv2dOptions,
  type Conv2dProblem,
  ConveneError,
  inputShape,
  outputShape,
  parseProblem,
  type Shape4,
  weightShape,
} from "@convene/core";
import { copyOperands, type Operands } from "./operands.js";

/** A convolution that PyTorch ran. Integer or not, every operand is exact in float32 and every answer in float64. */
export interface GoldenCase {
  readonly problem: Conv2dProblem;
  /** The problem's string. */
  readonly name: string;
  readonly kind: "integer" | "real";
  /** In NCHW, the weight in OIHW. */
  readonly operands: Operands;
  /** NCHW. */
  readonly expected: Float64Array;
}

/** The weights of `torch.manual_seed(seed); torch.nn.Conv2d(...)`. */
export interface GoldenInitialisation {
  readonly seed: number;
  readonly options: Conv2dOptions;
  readonly weight: Float32Array;
  readonly bias?: Float32Array;
}

/** The values of `torch.manual_seed(seed); torch.empty(shape).uniform_(min, max)`. */
export interface GoldenUniform {
  readonly seed: number;
  readonly shape: Shape4;
  readonly min: number;
  readonly max: number;
  readonly data: Float32Array;
}

/** Results of PyTorch in float32, bit for bit, which `tooling/goldens` has written. */
export interface Goldens {
  /** The version of PyTorch that gave the answers. */
  readonly torch: string;
  readonly cases: readonly GoldenCase[];
  readonly initialisations: readonly GoldenInitialisation[];
  readonly uniforms: readonly GoldenUniform[];
}

/** The unpacked goldens. Only `loadGoldens` uses them, and it returns copies. */
let unpacked: Promise<Goldens> | undefined;

/** The goldens in this package. Each call returns new arrays, which the caller may change. */
export async function loadGoldens(): Promise<Goldens> {
  unpacked ??= unpack();
  try {
    return copyOf(await unpacked);
  } catch (error) {
    // The next call may succeed, so the failure is not kept.
    unpacked = undefined;
    throw error;
  }
}

async function unpack(): Promise<Goldens> {
  // Imported only here, because users of the rules alone need not load a megabyte.
  const { goldensBase64 } = await import("./generated/goldens-data.js");
  return parseGoldens(Uint8Array.from(atob(goldensBase64), (char) => char.charCodeAt(0)));
}

function copyOf({ torch, cases, initialisations, uniforms }: Goldens): Goldens {
  return {
    torch,
    cases: cases.map((each) => ({
      ...each,
      operands: copyOperands(each.operands),
      expected: each.expected.slice(),
    })),
    initialisations: initialisations.map(({ seed, options, weight, bias }) => ({
      seed,
      options: { ...options },
      weight: weight.slice(),
      ...(bias ? { bias: bias.slice() } : {}),
    })),
    uniforms: uniforms.map((uniform) => ({ ...uniform, data: uniform.data.slice() })),
  };
}

/**
 * Reads a goldens file, as tooling/goldens/generate.py writes it. It is compressed with gzip; inside, little-endian:
 *
 *     uint32    length of the header in bytes
 *     header    JSON in UTF-8
 *     blobs     each starts at a multiple of 8 bytes from the file's start, zeros between
 *
 * The header is
 *
 *     { format: "convene-goldens", version: 1, torch: "1.13.0",
 *       cases: [{ problem: "ic3_ih7_oc8_kh3", kind: "integer" | "real", operands: element, expected: element }],
 *       initialisations: [{ seed, options: Conv2dOptions }],
 *       uniforms: [{ seed, shape, min, max }] }
 *
 * with `element` one of `int8`, `int16`, `int32`, `bfloat16`, `float32` and `float64`. The blobs follow in the header's
 * order. Their lengths follow from the problem. A case has the input, the weight, the bias and the residual if the problem has them, and
 * the output. An initialisation has the weight and the bias, and a uniform has its values, both in float32.
 *
 * @throws ConveneError `ERR_INVALID_OPTION` for a file that is truncated, damaged, or something else
 */
export async function parseGoldens(bytes: Uint8Array): Promise<Goldens> {
  const raw = await gunzip(bytes);
  const view = new DataView(raw);
  if (raw.byteLength < 4) fail(`it ends after ${raw.byteLength} bytes`);
  const end = 4 + view.getUint32(0, true);
  if (end > raw.byteLength) fail(`its header should end at byte ${end}, and the file at ${raw.byteLength}`);
  const header = parseHeader(new Uint8Array(raw, 4, end - 4));
  const blobs = blobReader(view, end);

  const cases = header.cases.map(({ problem: name, kind, operands: element, expected }): GoldenCase => {
    const problem = parseProblem(name);
    const operand = (shape: readonly number[]): Float32Array => new Float32Array(blobs.take(element, shape, name));
    return {
      problem,
      name,
      kind,
      operands: {
        input: operand(inputShape(problem)),
        weight: operand(weightShape(problem)),
        ...(problem.bias ? { bias: operand([problem.oc]) } : {}),
        ...(problem.residual ? { residual: operand(outputShape(problem)) } : {}),
      },
      expected: blobs.take(expected, outputShape(problem), name),
    };
  });
  const float32 = (shape: readonly number[], what: string): Float32Array =>
    new Float32Array(blobs.take("float32", shape, what));
  const initialisations = header.initialisations.map(({ seed, options }): GoldenInitialisation => {
    const { weightShape: shape, hasBias } = new Conv2d(options);
    const weight = float32(shape, "an initialisation");
    return { seed, options, weight, ...(hasBias ? { bias: float32([shape[0]], "an initialisation") } : {}) };
  });
  const uniforms = header.uniforms.map((uniform) => ({ ...uniform, data: float32(uniform.shape, "a uniform") }));
  blobs.finish();
  return { torch: header.torch, cases, initialisations, uniforms };
}

interface Header {
  readonly torch: string;
  readonly cases: readonly {
    readonly problem: string;
    readonly kind: "integer" | "real";
    readonly operands: string;
    readonly expected: string;
  }[];
  readonly initialisations: readonly { readonly seed: number; readonly options: Conv2dOptions }[];
  readonly uniforms: readonly {
    readonly seed: number;
    readonly shape: Shape4;
    readonly min: number;
    readonly max: number;
  }[];
}

async function gunzip(bytes: Uint8Array): Promise<ArrayBuffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) fail("it is not compressed with gzip");
  try {
    const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(stream).arrayBuffer();
  } catch (cause) {
    return fail("it cannot be decompressed, so it is truncated or damaged", cause);
  }
}

function parseHeader(bytes: Uint8Array): Header {
  let header: Partial<Header> & { readonly format?: unknown; readonly version?: unknown };
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    return fail("its header is not JSON", cause);
  }
  if (header?.format !== "convene-goldens") fail(`its header does not say "convene-goldens"`);
  if (header.version !== 1) fail(`its format has version ${String(header.version)}; expected 1`);
  const { torch, cases, initialisations, uniforms } = header;
  if (
    typeof torch !== "string" ||
    !Array.isArray(cases) ||
    !Array.isArray(initialisations) ||
    !Array.isArray(uniforms)
  ) {
    return fail("its header lacks torch, cases, initialisations or uniforms");
  }
  return { torch, cases, initialisations, uniforms };
}

/** Reads one blob after the other, and fails if the file does not hold all of a blob. */
function blobReader(view: DataView<ArrayBuffer>, start: number): { take: typeof take; finish: () => void } {
  const aligned = (at: number): number => Math.ceil(at / 8) * 8;
  let next = aligned(start);

  function take(element: string, shape: readonly number[], what: string): Float64Array {
    const type = ELEMENTS.get(element) ?? fail(`${what} has elements of the unknown type "${element}"`);
    const count = shape.reduce((product, size) => product * size, 1);
    const end = next + count * type.bytes;
    if (!(end <= view.byteLength))
      fail(`the values of ${what} should end at byte ${end}, and the file at ${view.byteLength}`);
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = type.read(view, next + i * type.bytes);
    next = aligned(end);
    return values;
  }

  return {
    take,
    finish() {
      if (next !== view.byteLength) fail(`its header accounts for ${next} of its ${view.byteLength} bytes`);
    },
  };
}

interface Element {
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

const ELEMENTS: ReadonlyMap<string, Element> = new Map<string, Element>([
  ["int8", { bytes: 1, read: (view, at) => view.getInt8(at) }],
  ["int16", { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  ["int32", { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ["bfloat16", { bytes: 2, read: (view, at) => bfloat16(view.getUint16(at, true)) }],
  ["float32", { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ["float64", { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
]);

/** The upper half of a float32: a sign, 8 bits of exponent, 7 of fraction. The goldens hold finite values only. */
function bfloat16(bits: number): number {
  const exponent = (bits >> 7) & 0xff;
  const fraction = bits & 0x7f;
  const magnitude = exponent === 0 ? fraction * 2 ** -133 : (128 + fraction) * 2 ** (exponent - 134);
  return bits & 0x8000 ? -magnitude : magnitude;
}

function fail(why: string, cause?: unknown): never {
  throw new ConveneError("ERR_INVALID_OPTION", `the goldens cannot be read: ${why}`, { cause });
}
