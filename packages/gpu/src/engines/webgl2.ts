/** WebGL2, in browsers: a texel of four float32 numbers is a texel of a texture. Each backend has its own context. */

import { BackendUnavailableError, ConveneError } from "@convene/core";
import { texelsAccess } from "../access-texels.js";
import { type GpuJs, gpuJs, type Kernel } from "../gpu-js.js";
import type { Nc4hw4 } from "../nc4hw4.js";
import { fromAtlas, atlasOf, toAtlas } from "../atlas.js";
import { checkMode, type Engine, lostError, outOfMemory, unavailable, withKind } from "./engine.js";

/** gpu.js's `GLTextureArray4Float2D`. */
interface TextureHandle {
  readonly texture: WebGLTexture;
  readonly constructor: unknown;
  renderValues(): Float32Array;
  delete(): void;
}
/** Members that a kernel has after its first run. gpu.js's types do not declare them. */
interface Inner {
  /** The texture that the kernel writes. */
  readonly texture: { texture: WebGLTexture; beforeMutate: () => boolean; delete(): void };
  /** Whether the kernel must attach its texture again. */
  _textureSwitched: boolean;
}
type TextureHandleClass = new (settings: {
  readonly texture: WebGLTexture;
  readonly size: Int32Array;
  readonly dimensions: readonly number[];
  readonly output: readonly number[];
  readonly context: WebGL2RenderingContext;
  readonly internalFormat: number;
  readonly textureFormat: number;
  readonly kernel: Kernel["kernel"];
}) => TextureHandle;
type Canvas = Pick<HTMLCanvasElement, "getContext">;
interface Surroundings {
  readonly document?: { createElement(name: "canvas"): Canvas };
  readonly OffscreenCanvas?: new (width: number, height: number) => Canvas;
}

/**
 * The most planes. Up to this number a plane's number plus a half is exact in float32, also through a division. With
 * 2²³ planes this number would be rounded.
 */
const MOST_PLANES = 2 ** 21;

/** Textures that a kernel can read: WebGL2 has at least 16 units, of which `bind` uses the last, and gpu.js one for the output. */
const MOST_INPUTS = 14;

/** The remedy where there is no WebGL2. */
export const REMEDY = "Use a browser with WebGL2, and with float textures to render to, or another backend";

/**
 * @param wanted part of the renderer's name
 * @throws BackendUnavailableError
 */
export async function openWebGl2(wanted?: string): Promise<Engine<TextureHandle>> {
  const { document, OffscreenCanvas } = globalThis as unknown as Surroundings;
  const canvas = document?.createElement("canvas") ?? (OffscreenCanvas && new OffscreenCanvas(1, 1));
  const gl = canvas?.getContext("webgl2", { alpha: false, depth: false, antialias: false });
  if (!canvas || !gl) throw new BackendUnavailableError("gpu", "there is no WebGL2 here", REMEDY);
  try {
    return start(canvas, gl, wanted);
  } catch (error) {
    gl.getExtension("WEBGL_lose_context")?.loseContext();
    throw unavailable("webgl2", error, REMEDY);
  }
}

function start(canvas: Canvas, gl: WebGL2RenderingContext, wanted: string | undefined): Engine<TextureHandle> {
  if (!gl.getExtension("EXT_color_buffer_float")) {
    const reason = "WebGL2 has no EXT_color_buffer_float here, without which it keeps 8 bits of a number";
    throw new BackendUnavailableError("gpu", reason, REMEDY);
  }
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = withKind(String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
  if (wanted !== undefined && !name.toLowerCase().includes(wanted.toLowerCase())) {
    const remedy = "The browser chooses the device: leave device out to run on this one, or use @convene/cpu";
    throw new BackendUnavailableError("gpu", `the renderer is "${name}", not "${wanted}"`, remedy);
  }
  const gpu = new gpuJs.GPU({ mode: "webgl2", canvas, context: gl });
  const seed = gpu.createKernel("function () { return [0.0, 0.0, 0.0, 0.0]; }", {
    output: [1, 2],
    pipeline: true,
    immutable: true,
    precision: "single",
  });
  const first = seed() as TextureHandle;
  checkMode(seed, "webgl2");
  return engine(gpu, seed.kernel, first, gl, name);
}

function engine(
  gpu: GpuJs,
  seed: Kernel["kernel"],
  first: TextureHandle,
  gl: WebGL2RenderingContext,
  name: string,
): Engine<TextureHandle> {
  const viewport = gl.getParameter(gl.MAX_VIEWPORT_DIMS) as Int32Array;
  const side = Math.min(Number(gl.getParameter(gl.MAX_TEXTURE_SIZE)), ...viewport);
  const check = (): void => {
    if (gl.isContextLost()) throw lostError();
  };
  const checkErrors = (): void => {
    check();
    const error = gl.getError();
    if (error !== gl.NO_ERROR)
      throw new ConveneError("ERR_EXECUTION", `gpu: WebGL2 says: error 0x${error.toString(16)}`);
  };
  // As in webgpu.ts, handles are made here, because gpu.js makes a handle only as the result of a kernel. Such a kernel
  // would have to be compiled for each size, and keeps its last result (gpu-js-gaps.js).
  const Handle = first.constructor as TextureHandleClass;
  const bind = (texture: WebGLTexture): void => {
    // A unit that no kernel uses.
    gl.activeTexture(gl.TEXTURE15);
    gl.bindTexture(gl.TEXTURE_2D, texture);
  };
  const allocate = (planes: Nc4hw4): TextureHandle => {
    checkErrors();
    const { width, height } = atlasOf(planes, side)!;
    const texture = gl.createTexture();
    bind(texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, width, height, 0, gl.RGBA, gl.FLOAT, null);
    check();
    if (gl.getError() !== gl.NO_ERROR) {
      gl.deleteTexture(texture);
      throw outOfMemory(planes);
    }
    return handleOf(texture, planes);
  };
  const handleOf = (texture: WebGLTexture, planes: Nc4hw4): TextureHandle => {
    const { width, height } = atlasOf(planes, side)!;
    return new Handle({
      texture,
      size: Int32Array.of(width, height),
      dimensions: [width, height, 1],
      output: [width, height],
      context: gl,
      internalFormat: gl.RGBA32F,
      textureFormat: gl.RGBA,
      kernel: seed,
    });
  };
  /** A texture that is attached to a framebuffer keeps its memory after its deletion, so it must be detached. */
  const detach = (): void => {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, null, 0);
  };
  const finished = async (): Promise<void> => {
    check();
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!sync) throw lostError();
    gl.flush();
    try {
      const begin = performance.now();
      while (gl.clientWaitSync(sync, 0, 0) === gl.TIMEOUT_EXPIRED) await nextTask(performance.now() - begin);
    } finally {
      gl.deleteSync(sync);
    }
    checkErrors();
  };
  const refuse = (planes: Nc4hw4): string | undefined => {
    const { planes: count, height, width } = planes;
    if (count > MOST_PLANES)
      return `takes ${count} planes; places are counted in float32, which does for ${MOST_PLANES}`;
    if (atlasOf(planes, side)) return undefined;
    return `takes ${count} planes of ${width} x ${height} texels; a texture of this device is ${side} x ${side} at most`;
  };
  return {
    mode: "webgl2",
    device: `WebGL2: ${name}`,
    gpu,
    refuse,
    refuseOutput: refuse,
    mostInputs: MOST_INPUTS,
    access: (args) => texelsAccess(args, side),
    async compile(source, args, output) {
      const names = Object.keys(args);
      const { width, height } = atlasOf(output, side)!;
      const kernel = gpu.createKernel(source, {
        output: [width, height],
        pipeline: true,
        precision: "single",
        tactic: "precision",
        argumentTypes: names.map(() => "ArrayTexture(4)"),
        nativeFunctions: texelsAccess(args, side).nativeFunctions,
      });
      // A kernel compiles at its first run, with inputs of any content.
      const small = allocate({ planes: 1, height: 1, width: 1 });
      try {
        kernel(...names.map(() => small));
        checkMode(kernel, "webgl2");
        const { texture } = kernel.kernel as unknown as Inner;
        // Deletes the kernel's own output texture, because `run` gives the kernel another texture. `beforeMutate`
        // returns false, so that gpu.js does not replace this texture where other handles share it.
        texture.delete();
        texture.beforeMutate = () => false;
        detach();
        check();
        if (gl.getError() !== gl.NO_ERROR) throw outOfMemory(output);
        return kernel;
      } catch (error) {
        kernel.destroy();
        throw error;
      } finally {
        small.delete();
      }
    },
    allocate,
    fits(memory, planes) {
      const [a, b] = [atlasOf(memory, side)!, atlasOf(planes, side)!];
      return a.width === b.width && a.height === b.height;
    },
    view: ({ texture }, planes) => handleOf(texture, planes),
    // `allocate` has already asked the device, so there is nothing to wait for.
    ready: async () => undefined,
    write({ texture }, planes, data) {
      check();
      const { width, height } = atlasOf(planes, side)!;
      bind(texture);
      gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RGBA, gl.FLOAT, toAtlas(data, planes, side));
    },
    async run(kernel, args, output) {
      check();
      const inner = kernel.kernel as unknown as Inner;
      inner.texture.texture = output.texture;
      // oxlint-disable-next-line no-underscore-dangle -- gpu.js's own name
      inner._textureSwitched = true;
      kernel(...args);
      detach();
    },
    async read(from, planes) {
      await finished();
      const data = from.renderValues();
      detach();
      checkErrors();
      return fromAtlas(data, planes, side);
    },
    free: (handle) => handle.delete(),
    finished,
    async dispose() {
      first.delete();
      await gpu.destroy();
      // A page can have about 16 contexts. If there are more, the browser drops the oldest.
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

/** Milliseconds after which `nextTask` waits for a timer. */
const SOON = 2;

/**
 * Resolves in a later task. At first this is the next task, because a browser's timer takes 4 ms, in which a graphics
 * processor finishes most layers. Later it is the task of a timer, because polling without a pause takes a processor
 * from a driver in software (a layer of 24 ms took 43 ms with two processors).
 */
function nextTask(waited: number): Promise<void> {
  if (waited > SOON) return new Promise((resolve) => setTimeout(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const arrived = (): void => {
      port1.close();
      resolve();
    };
    port1.addEventListener("message", arrived);
    port1.start();
    port2.postMessage(undefined);
  });
}
