/** What a page might do with the published packages; packed-browser.ts bundles it, opens it, and hears what it says. */

import { Conv2d, prepare, randomUniform } from "@convene/core";
import { cpu } from "@convene/cpu";
import { workerThreads } from "@convene/worker-threads";

/** @param {string} path @param {unknown} content */
async function send(path, content) {
  await fetch(path, { method: "POST", body: JSON.stringify(content) });
}

try {
  const x = randomUniform([1, 32, 40, 40], { seed: 1 });
  const layer = new Conv2d({ inChannels: 32, outChannels: 32, kernelSize: 3, padding: 1 });
  const answers = [];
  const devices = [];
  for (const backend of [await cpu(), await workerThreads({ threads: 2 })]) {
    const model = await prepare(backend, layer, x.shape);
    answers.push((await model.run(x)).data);
    devices.push(backend.device);
    await backend.dispose();
  }
  const [one, two] = answers;
  if (!one || !two || one.length !== 32 * 40 * 40 || !one.every((value, index) => value === two[index])) {
    throw new Error(`${devices.join(" and ")} do not agree`);
  }
  await send("/report", `${devices.join(" and ")} agree bit for bit`);
  await send("/end", {});
} catch (error) {
  await send("/error", { message: String(error) });
}
