import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { type Backend, ConveneError } from "@convene/core";
import { cpu } from "@convene/cpu";
import { afterEach, expect, it } from "vitest";
import { serve } from "./server.js";

type Server = Awaited<ReturnType<typeof serve>>;
let server: Server;
afterEach(() => server.close());

/** Runs that are in flight together. */
const RUNS = 6;
const BODY = new Float32Array(3 * 32 * 32).fill(0.5);
const post = (body: Uint8Array<ArrayBuffer>) => fetch(`http://localhost:${server.port}`, { method: "POST", body });
const bytes = (): Uint8Array<ArrayBuffer> => new Uint8Array(BODY.buffer);

it("answers with a list for each output", async () => {
  server = await serve({ port: 0, openBackend: () => cpu({ kernels: "js" }) });
  const answer = await post(bytes());
  expect(answer.status).toBe(200);
  const { scores } = (await answer.json()) as { scores: number[] };
  expect(scores).toHaveLength(10);
  expect(scores.every((score) => Number.isFinite(score))).toBe(true);
});

it("refuses a body of the wrong size, and says the right one", async () => {
  server = await serve({ port: 0, openBackend: () => cpu({ kernels: "js" }) });
  const answer = await post(bytes().slice(4));
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: "POST 12288 bytes: float32 numbers of shape [1,3,32,32]" });
  expect((await post(new Uint8Array(12292))).status).toBe(413);
  expect((await fetch(`http://localhost:${server.port}`)).status).toBe(400);
});

/** A backend of `cpu`'s whose reads do what `read` says. */
async function withRead(read: (backend: Backend) => Backend["read"]): Promise<Backend> {
  const backend = await cpu({ kernels: "js" });
  return Object.create(backend, { read: { value: read(backend) } }) as Backend;
}

it("refuses requests when the queue is full, and takes requests again afterwards", async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  server = await serve({
    port: 0,
    openBackend: () =>
      withRead((backend) => async (...given) => {
        await released;
        return backend.read(...given);
      }),
  });
  const answers = Array.from({ length: 12 }, () => post(bytes()));
  // Those beyond the queue are answered while the others still wait.
  const refused: Response[] = [];
  await new Promise<void>((resolve, reject) => {
    const heard = async (answer: Promise<Response>): Promise<void> => {
      if (refused.push(await answer) === 4) resolve();
    };
    for (const answer of answers) heard(answer).catch(reject);
  });
  for (const each of refused) {
    expect(each.status).toBe(503);
    expect(each.headers.get("retry-after")).toBe("1");
  }
  release();
  const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
  expect(statuses).toEqual([...Array.from({ length: 8 }, () => 200), ...Array.from({ length: 4 }, () => 503)]);
  expect((await post(bytes())).status).toBe(200);
});

it("opens one other backend after many runs have failed at once, also if an opening fails", async () => {
  const opened: Backend[] = [];
  let openings = 0;
  server = await serve({
    port: 0,
    async openBackend() {
      openings++;
      if (openings === 2) throw new Error("no backend now");
      const first = openings === 1;
      let reads = 0;
      let fail = (): void => undefined;
      const failure = new Promise<never>((_, reject) => {
        fail = () => reject(new ConveneError("ERR_EXECUTION", "a worker was lost"));
      });
      const backend = await withRead((real) => async (...given) => {
        if (!first) return real.read(...given);
        // All runs are in flight when the first of them fails.
        if (++reads === RUNS) fail();
        return await failure;
      });
      opened.push(backend);
      return backend;
    },
  });
  const failed = await Promise.all(Array.from({ length: RUNS }, () => post(bytes())));
  for (const each of failed) expect(await each.json()).toEqual({ error: "a worker was lost" });
  const none = await post(bytes());
  expect([none.status, await none.json()]).toEqual([503, { error: "no backend now" }]);
  const answers = await Promise.all(Array.from({ length: RUNS }, () => post(bytes())));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: RUNS }, () => 200));
  expect(openings).toBe(3);
  expect(opened.map(({ disposed }) => disposed)).toEqual([true, false]);
});

it("disposes a backend on which the model cannot be prepared", async () => {
  const opened: Backend[] = [];
  const starting = serve({
    port: 0,
    openBackend: async () => {
      const backend = await cpu({ kernels: "js", maxMemory: 65536 });
      opened.push(backend);
      return backend;
    },
    size: [3, 1024, 1024],
  });
  await expect(starting).rejects.toMatchObject({ code: "ERR_OUT_OF_MEMORY" });
  expect(opened.map(({ disposed }) => disposed)).toEqual([true]);
});

/** A client that sends a part of a request and no more. */
async function stall(): Promise<Socket> {
  const socket = connect(server.port);
  socket.on("error", () => undefined);
  socket.write(`POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${BODY.byteLength}\r\n\r\na part`);
  await once(socket, "connect");
  return socket;
}

it("does not wait for a client that sends a part of its request and no more", async () => {
  server = await serve({ port: 0, patience: 10, openBackend: () => cpu({ kernels: "js" }) });
  const ended = once(await stall(), "close");
  await server.close();
  await ended;
});

it("answers others while clients upload slowly", async () => {
  server = await serve({ port: 0, openBackend: () => cpu({ kernels: "js" }) });
  const stalled = await Promise.all(Array.from({ length: 8 }, stall));
  // The server has read the headers of all eight when it answers a ninth, because connections are accepted in order.
  expect((await post(bytes())).status).toBe(200);
  for (const socket of stalled) socket.destroy();
});

it("ends the connection of a client that asks again and again", async () => {
  let finish = (): void => undefined;
  let reading = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const started = new Promise<void>((resolve) => (reading = resolve));
  server = await serve({
    port: 0,
    openBackend: () =>
      withRead((backend) => async (...given) => {
        reading();
        await finished;
        return backend.read(...given);
      }),
  });
  const agent = new Agent({ keepAlive: true });
  const connection = new Promise((resolve, reject) => {
    request({ port: server.port, method: "POST", agent }, ({ headers }) => resolve(headers.connection))
      .on("error", reject)
      .end(bytes());
  });
  await started;
  const closed = server.close();
  finish();
  expect(await connection).toBe("close");
  await closed;
  agent.destroy();
});
