/** Programs of their own, for process.test.ts: `node scenarios.ts <name>`. Each prints what it has to say as one line. */

import { createServer } from "node:http";
import { Conv2d, network, prepare, randomUniform } from "@convene/core";
import { workerThreads } from "../index.js";

const X = randomUniform([1, 32, 64, 64], { seed: 1 });

async function start() {
  const backend = await workerThreads({ threads: 2 });
  const layers = [1, 2, 3, 4].map(
    (seed) => new Conv2d({ inChannels: 32, outChannels: 32, kernelSize: 3, padding: 1 }, { seed }),
  );
  return { backend, model: await prepare(backend, network(...layers), X.shape) };
}

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  /** Never disposed, with nothing to do. */
  async idle() {
    const { backend } = await start();
    console.log(backend.device);
  },
  /** Nothing else keeps the process alive while the workers are busy. */
  async busy() {
    const { model } = await start();
    void Promise.all([model.run(X), model.run(X), model.run(X)]).then((results) =>
      console.log(`${results.length} results of ${results[0]!.data.length}`),
    );
  },
  /** Busy, with nobody waiting. */
  async unawaited() {
    const { model } = await start();
    void model.run(X);
    console.log("left");
  },
  /** Disposed while it is busy. */
  async disposed() {
    const { backend, model } = await start();
    const running = model.run(X);
    await backend.dispose();
    console.log(`a result of ${(await running).data.length}`);
  },
  /** What happens to be open in a process that ends. */
  async resources() {
    const { backend, model } = await start();
    await model.run(X);
    await backend.dispose();
    const open = process.getActiveResourcesInfo().filter((name) => !name.includes("Pipe") && !name.includes("TTY"));
    console.log(JSON.stringify(open));
  },
  /** Answers requests while it computes: how many, and how long the longest waited. */
  async server() {
    const { backend, model } = await start();
    const server = createServer((_request, response) => response.end("ok"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`;
    const asking = (async () => {
      for (let i = 0; i < 100; i++) await (await fetch(url)).text();
      return true;
    })();
    let runs = 0;
    while (!(await Promise.race([asking, model.run(X).then(() => false)]))) runs++;
    console.log(`100 answers, ${runs > 0 ? "some" : "no"} runs`);
    server.close();
    server.closeAllConnections();
    await backend.dispose();
  },
};

await SCENARIOS[process.argv[2]!]!();
