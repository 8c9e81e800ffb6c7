/** Reads the kind and the size of an image from the first bytes of its file, before anything is decoded. Pure. */

/** The kind of a file, as far as its first bytes show it. */
export type FileKind =
  | { readonly kind: "image"; readonly format: string; readonly width?: number; readonly height?: number }
  /** A sentence that says what the file is instead, and what to do. */
  | { readonly kind: "other"; readonly what: string };

/** A number of bytes that is enough. In a JPEG the size comes after the thumbnail and the colour profile. */
export const HEADER_BYTES = 1 << 20;

const ascii = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length));

/** The kind of a file, from its first `HEADER_BYTES` bytes. */
export function readHeader(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return { kind: "other", what: "The file is empty." };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const image = (format: string, width?: number, height?: number): FileKind =>
    width !== undefined && height !== undefined ? { kind: "image", format, width, height } : { kind: "image", format };
  if (ascii(bytes, 1, 3) === "PNG" && bytes.length >= 24) return image("PNG", view.getUint32(16), view.getUint32(20));
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return image("JPEG", ...(jpegSize(view) ?? []));
  if (ascii(bytes, 0, 4) === "GIF8" && bytes.length >= 10)
    return image("GIF", view.getUint16(6, true), view.getUint16(8, true));
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 4) === "WEBP") return image("WebP", ...(webpSize(view) ?? []));
  if (ascii(bytes, 0, 2) === "BM" && bytes.length >= 26)
    return image("BMP", Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true)));
  if (ascii(bytes, 4, 4) === "ftyp") return isoMedia(bytes, view);
  return other(bytes);
}

/**
 * The size in the frame header of a JPEG: markers C0 to CF, without tables and arithmetic coding's conditions. The result has the
 * sides as the reader sees them: an upright camera writes a picture on its side, and says so in the EXIF data.
 */
function jpegSize(view: DataView): [number, number] | undefined {
  let at = 2;
  let isTurned = false;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
    } else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return isTurned ? [height, width] : [width, height];
    } else {
      const length = view.getUint16(at + 2);
      if (marker === 0xe1) isTurned ||= orientationOf(view, at + 4, length - 2) >= TURNED;
      at += 2 + length;
    }
  }
  return undefined;
}

/** EXIF swaps the sides for this orientation and larger ones. */
const TURNED = 5;
const ORIENTATION = 0x0112;

/** The orientation in an EXIF segment, from 1 to 8, or 1 if there is none. */
function orientationOf(view: DataView, from: number, length: number): number {
  const start = from + 6;
  if (length < 20 || from + length > view.byteLength || view.getUint32(from) !== 0x45786966) return 1;
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  if (directory + 2 > from + length) return 1;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > from + length) return 1;
    if (view.getUint16(at, little) === ORIENTATION) return view.getUint16(at + 8, little);
  }
  return 1;
}

/** The three kinds of WebP: lossy, lossless, extended. */
function webpSize(view: DataView): [number, number] | undefined {
  if (view.byteLength < 30) return undefined;
  const kind = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  if (kind === "VP8 ") return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  const bits = view.getUint32(21, true);
  if (kind === "VP8L") return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
  const three = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65536;
  return kind === "VP8X" ? [1 + three(24), 1 + three(27)] : undefined;
}

/** AVIF has its size in a box called ispe; HEIC is the same container with a codec that few browsers have. */
function isoMedia(bytes: Uint8Array, view: DataView): FileKind {
  const brand = ascii(bytes, 8, 4);
  if (/^(hei|hev|mif1|msf1)/.test(brand) && !ascii(bytes, 8, 32).includes("avif")) {
    return {
      kind: "other",
      what: "This is a HEIC photo, which most browsers cannot decode. Export it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible).",
    };
  }
  if (!ascii(bytes, 8, 32).includes("avi")) {
    return {
      kind: "other",
      what: `This is a video or another file of the kind "${brand}". Take a frame of it as PNG or JPEG.`,
    };
  }
  for (let at = 4; at + 16 <= Math.min(bytes.length, 65536); at++) {
    if (ascii(bytes, at, 4) !== "ispe") continue;
    return { kind: "image", format: "AVIF", width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
  }
  return { kind: "image", format: "AVIF" };
}

/** Beginnings of files that are no images for a browser. */
const OTHERS: readonly (readonly [start: string, what: string])[] = [
  ["%PDF", "This is a PDF. Save a page of it as PNG or JPEG."],
  ["II*\0", "This is a TIFF, which most browsers cannot decode. Save it as PNG or JPEG."],
  ["MM\0*", "This is a TIFF, which most browsers cannot decode. Save it as PNG or JPEG."],
  ["8BPS", "This is a Photoshop file. Save it as PNG or JPEG."],
  ["PK\u0003\u0004", "This is a ZIP archive, or a document that is one. Take the image out of it."],
  ["version https://git-lfs", "This is a pointer of Git LFS, not the file itself. Run git lfs pull."],
];

function other(bytes: Uint8Array): FileKind {
  const start = ascii(bytes, 0, 256);
  const known = OTHERS.find(([sign]) => start.startsWith(sign));
  if (known) return { kind: "other", what: known[1] };
  if (/<svg[\s>]/.test(start)) {
    return { kind: "other", what: "This is an SVG, which has no pixels of its own. Save it as PNG." };
  }
  return {
    kind: "other",
    what: "This is no image that a browser can decode. PNG, JPEG, WebP, AVIF, GIF and BMP work; an ONNX file has to end in .onnx.",
  };
}

/** The most pixels. A decoded pixel takes four bytes, and a browser allows about two gigabytes at once. */
const MOST_PIXELS = 2 ** 28;

/** The longest side of a photo after reading. Larger photos are scaled down. The playground computes at 1024 at most. */
export const LONGEST_SOURCE = 2048;

/** Above this number of pixels the browser scales while it decodes, so that no copy of full size is drawn. */
const MANY_PIXELS = 4e7;

/** How to read a photo: whether the browser must scale it while it decodes, or why the photo is refused. */
export type ReadingPlan =
  | { readonly resize?: { readonly width: number; readonly height: number } }
  | { readonly refused: string };

/** How to decode a photo of this size. */
export function readingPlan(width: number, height: number): ReadingPlan {
  if (width < 1 || height < 1) {
    return { refused: `The image says that it is ${width} x ${height} pixels, so it has nothing to show.` };
  }
  if (width * height > MOST_PIXELS) {
    return {
      refused: `The photo has ${megapixels(width, height)} megapixels (${width} x ${height}); a browser decodes ${megapixels(MOST_PIXELS, 1)} at most. Scale it down first.`,
    };
  }
  return width * height > MANY_PIXELS ? { resize: fitWithin(width, height, LONGEST_SOURCE) } : {};
}

/** A note about a photo that was scaled down, or `undefined`. */
export function scalingNote(width: number, height: number): string | undefined {
  const fitted = fitWithin(width, height, LONGEST_SOURCE);
  if (fitted.width === width && fitted.height === height) return undefined;
  return `The photo of ${width} x ${height} (${megapixels(width, height)} megapixels) was scaled to ${fitted.width} x ${fitted.height} before anything was computed.`;
}

/** The largest size with these proportions whose longer side is at most `longest`. It is not larger than the photo, and has at least one pixel. */
export function fitWithin(
  width: number,
  height: number,
  longest: number,
): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function megapixels(width: number, height: number): string {
  const millions = (width * height) / 1e6;
  return String(millions < 10 ? Number(millions.toPrecision(2)) : Math.round(millions));
}
