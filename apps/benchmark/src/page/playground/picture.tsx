/** A picture on a canvas. */

import { useEffect, useRef } from "preact/hooks";
import type { Picture as Pixels } from "./display.js";

/** Below this number of pixels a side, pixels are shown as squares instead of being blurred. */
const SMALL = 160;

export function Picture({
  picture,
  label,
  class: name = "",
}: {
  readonly picture: Pixels;
  readonly label: string;
  readonly class?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, data } = picture;
  useEffect(() => {
    const own = canvas.current;
    if (!own) return;
    // Setting a size clears a canvas, also if the size does not change.
    if (own.width !== width) own.width = width;
    if (own.height !== height) own.height = height;
    // `willReadFrequently` keeps the canvas in ordinary memory, because writing pixels to a graphics processor in software is slow.
    own.getContext("2d", { willReadFrequently: true })?.putImageData(new ImageData(data, width, height), 0, 0);
  }, [data, width, height]);
  const small = Math.max(width, height) < SMALL ? " small" : "";
  return <canvas ref={canvas} role="img" aria-label={label} class={`picture ${name}${small}`} />;
}
