/** Photos in a browser's worker: decodes them, scales large ones down, and gives their pixels at any size. */

import { fitWithin, HEADER_BYTES, LONGEST_SOURCE, readHeader, readingPlan, scalingNote } from "./image-header.js";
import type { Pixels } from "./learn-filters.js";
import type { PhotoSource } from "./messages.js";
import { drawScene, SCENE_ASPECT } from "./scene.js";
import type { Photo } from "./session.js";

/** The rows of the drawn scene. Other sizes are scaled from it. */
const SCENE_HEIGHT = 512;

/** @throws Error with a sentence about the fault of the photo, and the remedy */
export async function readPhoto(source: PhotoSource): Promise<Photo> {
  if (source.kind === "scene") return scene();
  if (source.kind === "frame") return photoOf(source.bitmap);
  const { file } = source;
  const header = readHeader(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()));
  if (header.kind === "other") throw new Error(header.what);
  const { format, width, height } = header;
  const plan = width !== undefined && height !== undefined ? readingPlan(width, height) : undefined;
  if (plan && "refused" in plan) throw new Error(plan.refused);
  const resize = plan?.resize;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(
      file,
      resize ? { resizeWidth: resize.width, resizeHeight: resize.height, resizeQuality: "high" } : {},
    );
  } catch (cause) {
    const size = width === undefined ? "" : ` of ${width} x ${height} pixels`;
    throw new Error(
      `The file says that it is a ${format}${size}, and the browser cannot decode it: it may be cut off or damaged. Open it in another program and save it again.`,
      { cause },
    );
  }
  const note = resize ? scalingNote(width!, height!) : scalingNote(bitmap.width, bitmap.height);
  const photo = photoOf(bitmap);
  return note === undefined ? photo : { ...photo, note };
}

let drawn: Photo | undefined;
function scene(): Photo {
  if (drawn) return drawn;
  const { width, height, data } = drawScene(Math.round(SCENE_HEIGHT * SCENE_ASPECT), SCENE_HEIGHT);
  const image = new ImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) image.data[at * 4 + channel] = data[at * 3 + channel]! * 255;
    image.data[at * 4 + 3] = 255;
  }
  const canvas = canvasOf(width, height);
  contextOf(canvas).putImageData(image, 0, 0);
  drawn = { width, height, at: (w, h, fit) => pixelsOf(canvas, width, height, w, h, fit) };
  return drawn;
}

/** A photo from a bitmap. It closes the bitmap when the photo is not needed any more. */
function photoOf(bitmap: ImageBitmap): Photo {
  const { width, height } = fitWithin(bitmap.width, bitmap.height, LONGEST_SOURCE);
  const canvas = canvasOf(width, height);
  const context = contextOf(canvas);
  // Transparent parts are shown on white, as on a page.
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { width, height, at: (w, h, fit) => pixelsOf(canvas, width, height, w, h, fit) };
}

function canvasOf(width: number, height: number): OffscreenCanvas {
  if (typeof OffscreenCanvas === "undefined") {
    throw new Error(
      "This browser has no OffscreenCanvas, which a photo is read with. Use Chrome 69, Firefox 105, Safari 16.4 or later.",
    );
  }
  return new OffscreenCanvas(width, height);
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("The browser has no memory for the photo. Take a smaller one.");
  return context;
}

function pixelsOf(
  source: OffscreenCanvas,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
  fit: "stretch" | "pad" | "crop",
): Pixels {
  const canvas = canvasOf(toWidth, toHeight);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.fillRect(0, 0, toWidth, toHeight);
  const scales = [toWidth / width, toHeight / height] as const;
  const scale = fit === "pad" ? Math.min(...scales) : Math.max(...scales);
  const [w, h] = fit === "stretch" ? [toWidth, toHeight] : [width * scale, height * scale];
  context.drawImage(source, (toWidth - w) / 2, (toHeight - h) / 2, w, h);
  const bytes = context.getImageData(0, 0, toWidth, toHeight).data;
  const data = new Float32Array(toWidth * toHeight * 3);
  for (let at = 0; at < toWidth * toHeight; at++) {
    for (let channel = 0; channel < 3; channel++) data[at * 3 + channel] = bytes[at * 4 + channel]! / 255;
  }
  return { width: toWidth, height: toHeight, data };
}
