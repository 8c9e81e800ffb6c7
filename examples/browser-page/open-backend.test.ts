import { type Backend, BackendUnavailableError } from "@convene/core";
import { cpu } from "@convene/cpu";
import { expect, it } from "vitest";
import { openBackend } from "./open-backend.js";

const refuse = (name: string) => async (): Promise<Backend> => {
  throw new BackendUnavailableError(name, "it is not here", "Do without");
};

it("takes the first backend that can run, and says why earlier ones cannot", async () => {
  const said: string[] = [];
  const backend = await openBackend(
    (reason) => said.push(reason),
    [refuse("gpu"), refuse("worker-threads"), () => cpu({ kernels: "js" })],
  );
  expect(backend.name).toBe("cpu");
  expect(said).toEqual([
    "gpu is unavailable: it is not here. Do without",
    "worker-threads is unavailable: it is not here. Do without",
  ]);
  await backend.dispose();
});

it("lets any other error through", async () => {
  const broken = async (): Promise<Backend> => {
    throw new TypeError("a fault");
  };
  await expect(openBackend(() => undefined, [broken])).rejects.toThrow("a fault");
  await expect(openBackend(() => undefined, [refuse("gpu")])).rejects.toThrow(
    "no backend runs in this browser: it is not here",
  );
});
