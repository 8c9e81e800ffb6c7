/** Programs for process.test.ts: `node scenarios.ts <name>`. Each prints its result as one line. */

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
  /** A backend that is never disposed, with nothing to do. */
  async idle() {
    const { backend } = await start();
    console.log(backend.device);
  },
  /** Three runs. Only the busy workers keep the process alive. */
  async busy() {
    const { model } = await start();
    void Promise.all([model.run(X), model.run(X), model.run(X)]).then((results) =>
      console.log(`${results.length} results of ${results[0]!.data.length}`),
    );
  },
  /** A run that nobody awaits. */
  async unawaited() {
    const { model } = await start();
    void model.run(X);
    console.log("left");
  },
  /** A backend that is disposed during a run. */
  async disposed() {
    const { backend, model } = await start();
    const running = model.run(X);
    await backend.dispose();
    console.log(`a result of ${(await running).data.length}`);
  },
  /** Prints the resources that are open after dispose. */
  async resources() {
    const { backend, model } = await start();
    await model.run(X);
    await backend.dispose();
    const open = process.getActiveResourcesInfo().filter((name) => !name.includes("Pipe") && !name.includes("TTY"));
    console.log(JSON.stringify(open));
  },
  /** A server that answers requests during runs. */
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
