/** The page: loads the network, takes a picture, and draws a box around each face. */

import { fromImageData, prepare } from "@convene/core";
import { readOnnx } from "@convene/onnx";
import { facesOf, SIZE } from "./faces.js";
import { openBackend } from "./open-backend.js";

const status = /** @type {HTMLElement} */ (document.querySelector("#status"));
const file = /** @type {HTMLInputElement} */ (document.querySelector("#file"));
const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector("#canvas"));

/** @param {ImageBitmap} picture */
function inputOf(picture) {
  const square = new OffscreenCanvas(SIZE, SIZE).getContext("2d");
  if (!square) throw new Error("this browser has no canvas");
  square.drawImage(picture, 0, 0, SIZE, SIZE);
  const x = fromImageData(square.getImageData(0, 0, SIZE, SIZE));
  // BlazeFace was trained on values from -1 to 1.
  return { ...x, data: x.data.map((value) => 2 * value - 1) };
}

async function start() {
  const answer = await fetch("./blazeface.onnx");
  if (!answer.ok) throw new Error("public/blazeface.onnx is not there: npm run model fetches it");
  const network = readOnnx(new Uint8Array(await answer.arrayBuffer()));
  const [input] = network.inputs;
  const backend = await openBackend((reason) => console.info(reason));
  const model = await prepare(backend, network, { [input]: [1, 3, SIZE, SIZE] });

  /** @param {Blob} blob */
  async function show(blob) {
    const picture = await createImageBitmap(blob);
    const before = performance.now();
    const faces = facesOf(await model.run({ [input]: inputOf(picture) }));
    const took = (performance.now() - before).toFixed(1);
    [canvas.width, canvas.height] = [picture.width, picture.height];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.drawImage(picture, 0, 0);
    context.strokeStyle = "#e33";
    context.lineWidth = Math.max(2, picture.width / 200);
    for (const { left, top, width, height } of faces) {
      context.strokeRect(left * canvas.width, top * canvas.height, width * canvas.width, height * canvas.height);
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
