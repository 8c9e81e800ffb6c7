/**
 * Serves a network over HTTP: limits for the queue and for the size of a request, a new backend after a failure, and a
 * clean end.
 *
 *     node server.js model.onnx 3,224,224
 *     curl --data-binary @picture.f32 localhost:8080
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { availableParallelism } from "node:os";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { Conv2d, ConveneError, globalAvgPool2d, graph, prepare, tensor } from "@convene/core";
import { readOnnx } from "@convene/onnx";
import { workerThreads } from "@convene/worker-threads";

/** The most runs that may wait. A request waits at most this number times the time of one run. */
const MOST_QUEUED = 8;
/** The most connections, each of which may hold a request. */
const MOST_CONNECTIONS = 256;

/** The network if no file is named: a small one with random weights. */
const SAMPLE = graph({
  inputs: ["image"],
  layers: [
    new Conv2d({ inChannels: 3, outChannels: 16, kernelSize: 3, stride: 2, padding: 1, activation: "relu6" }),
    globalAvgPool2d(),
    new Conv2d({ inChannels: 16, outChannels: 10, kernelSize: 1 }),
  ],
  outputs: { scores: 2 },
});

/**
 * A server that is listening.
 *
 * @param {object} options
 * @param {import("@convene/core").Network | import("@convene/core").NetworkSource} [options.network] of one input
 * @param {readonly [c: number, h: number, w: number]} [options.size] of the input
 * @param {number} [options.port] 0 is any that is free
 * @param {number} [options.patience] milliseconds that a request may take to arrive, and that `close` waits for open requests
 * @param {() => Promise<import("@convene/core").Backend>} [options.openBackend]
 */
export async function serve({
  network = SAMPLE,
  size = [3, 32, 32],
  port = 8080,
  patience = 5000,
  openBackend = open,
} = {}) {
  const [input] = network.inputs;
  /** @type {readonly [number, number, number, number]} */
  const shape = [1, ...size];
  const bytes = 4 * shape.reduce((product, each) => product * each, 1);
  const start = async () => {
    const backend = await openBackend();
    try {
      return { backend, model: await prepare(backend, network, { [input]: shape }) };
    } catch (error) {
      await backend.dispose();
      throw error;
    }
  };

  /** @type {ReturnType<typeof start> | undefined} */
  let session;
  /** The present backend and model. If there is none, another backend is opened, once for all who ask. */
  const current = () =>
    (session ??= start().catch((error) => {
      session = undefined;
      throw error;
    }));
  const { device } = (await current()).backend;
  let queued = 0;

  /** @param {Float32Array} values */
  async function run(values) {
    const mine = current();
    const { backend, model } = await mine;
    try {
      return await model.run({ [input]: tensor(values, shape) });
    } catch (error) {
      // Every later call on this backend fails too, so the next run opens another one. Of many runs that fail together, the first does this.
      if (error instanceof ConveneError && error.code === "ERR_EXECUTION" && session === mine) {
        session = undefined;
        await backend.dispose();
      }
      throw error;
    }
  }

  /** @type {import("node:http").RequestListener} */
  async function answer(request, response) {
    /** @param {number} status @param {unknown} content */
    const send = (status, content) => {
      // A client that keeps its connection would keep the server open.
      if (!server.listening) response.setHeader("connection", "close");
      response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(content)}\n`);
    };
    const length = Number(request.headers["content-length"]);
    if (request.method !== "POST" || length !== bytes) {
      // Otherwise Node would read the rest of the body.
      response.setHeader("connection", "close");
      return send(length > bytes ? 413 : 400, {
        error: `POST ${bytes} bytes: float32 numbers of shape ${JSON.stringify(shape)}`,
      });
    }
    const body = new Uint8Array(bytes);
    let at = 0;
    try {
      for await (const chunk of request) {
        body.set(chunk, at);
        at += chunk.length;
      }
    } catch {
      return; // the client has gone
    }
    // Runs are counted, and not uploads: slow clients must not take the places of the others.
    if (queued >= MOST_QUEUED) {
      response.setHeader("retry-after", "1");
      return send(503, { error: "too many runs are waiting; try again in a second" });
    }
    queued += 1;
    try {
      const outputs = await run(new Float32Array(body.buffer));
      send(200, Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]])));
    } catch (error) {
      send(503, { error: error instanceof Error ? error.message : String(error) });
    } finally {
      queued -= 1;
    }
  }

  // A request must arrive within `patience`. Node looks for late requests once a second.
  const server = createServer({ requestTimeout: patience, connectionsCheckingInterval: 1000 }, answer);
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise((resolve) => server.listen(port, () => resolve(undefined)));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    device,
    /** Stops listening, waits for the open requests, but at most `patience`, and disposes the backend. */
    async close() {
      const timer = setTimeout(() => server.closeAllConnections(), patience);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(timer);
      // An opening that fails in this moment leaves nothing to dispose.
      const last = await session?.catch(() => undefined);
      await last?.backend.dispose();
    },
  };
}

/** One core is left for the thread that answers requests. */
function open() {
  return workerThreads({ threads: Math.max(1, availableParallelism() - 1) });
}

async function main() {
  const [file, sizes] = process.argv.slice(2);
  if (file !== undefined && !/^\d+,\d+,\d+$/.test(sizes ?? "")) {
    console.error("node server.js [<network.onnx> <channels,height,width>]");
    process.exitCode = 2;
    return;
  }
  const given =
    file === undefined
      ? {}
      : {
          network: readOnnx(await readFile(file)),
          size: /** @type {[number, number, number]} */ (sizes.split(",").map(Number)),
        };
  const server = await serve({ ...given, port: Number(process.env.PORT ?? 8080) });
  console.log(`http://localhost:${server.port}, on ${server.device}; Ctrl-C ends it`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void server.close());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
