/** The page: loads the network, takes a picture, and draws a box around each face. */

import { fromImageData, prepare } from "@convene/core";
import { readOnnx } from "@convene/onnx";
import { facesOf, SIZE } from "./faces.js";
import { openBackend } from "./open-backend.js";

const status = /** @type {HTMLElement} */ (document.querySelector("#status"));
const file = /** @type {HTMLInputElement} */ (document.querySelector("#file"));
const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector("#canvas"));

/** The place of a picture in the network's square: whole, in the middle, with a border where the picture is no square. */
function placeOf(/** @type {ImageBitmap} */ { width, height }) {
  const scale = SIZE / Math.max(width, height);
  return { scale, left: (SIZE - width * scale) / 2, top: (SIZE - height * scale) / 2 };
}

/** @param {ImageBitmap} picture */
function inputOf(picture) {
  const square = new OffscreenCanvas(SIZE, SIZE).getContext("2d");
  if (!square) throw new Error("this browser has no canvas");
  const { scale, left, top } = placeOf(picture);
  square.drawImage(picture, left, top, picture.width * scale, picture.height * scale);
  const x = fromImageData(square.getImageData(0, 0, SIZE, SIZE));
  // BlazeFace was trained on values from -1 to 1.
  return { ...x, data: x.data.map((value) => 2 * value - 1) };
}

async function start() {
  const answer = await fetch("./blazeface.onnx");
  if (!answer.ok) throw new Error(`blazeface.onnx is not there (status ${answer.status})`);
  const network = readOnnx(new Uint8Array(await answer.arrayBuffer()));
  const [input] = network.inputs;
  const backend = await openBackend((reason) => console.info(reason));
  const model = await prepare(backend, network, { [input]: [1, 3, SIZE, SIZE] });

  /** @param {ImageBitmapSource} source a file, or a video element */
  async function show(source) {
    const picture = await createImageBitmap(source);
    const before = performance.now();
    const faces = facesOf(await model.run({ [input]: inputOf(picture) }));
    const took = (performance.now() - before).toFixed(1);
    [canvas.width, canvas.height] = [picture.width, picture.height];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.drawImage(picture, 0, 0);
    context.strokeStyle = "#e33";
    context.lineWidth = Math.max(2, picture.width / 200);
    const place = placeOf(picture);
    /** A distance in the picture, of a part of the square. */
    const inPicture = (/** @type {number} */ part, border = 0) => (part * SIZE - border) / place.scale;
    for (const { left, top, width, height } of faces) {
      context.strokeRect(inPicture(left, place.left), inPicture(top, place.top), inPicture(width), inPicture(height));
    }
    status.textContent = `${faces.length} ${faces.length === 1 ? "face" : "faces"}, ${took} ms on ${backend.device}`;
  }

  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen) show(chosen).catch(report);
  });
  file.disabled = false;
  status.textContent = `Ready, on ${backend.device}`;
}

/** @param {unknown} error */
function report(error) {
  status.textContent = error instanceof Error ? error.message : String(error);
  throw error;
}

start().catch(report);
