/** jax-js's wasm backend, which makes a WebAssembly kernel for every expression, behind the Backend interface. */

import { type Backend, BackendUnavailableError } from "@convene/core";
import { jaxBackend } from "./jax-backend.js";
import type { Jax } from "./jax-types.js";

/** The name is in a variable, so that TypeScript does not look for types. The package is not in the workspace. */
const PACKAGE: string = "@jax-js/jax";

export default async function jaxJs(): Promise<Backend> {
  const jax = (await import(PACKAGE)) as Jax;
  if (!(await jax.init("wasm")).includes("wasm")) {
    throw new BackendUnavailableError("jax-js", "its wasm device did not start", "Use a Node with WebAssembly SIMD.");
  }
  jax.defaultDevice("wasm");
  return jaxBackend(jax, {
    name: "jax-js",
    // jax-js starts workers if there is a global Worker. Node has none.
    engine: `wasm, ${typeof Worker === "undefined" ? "1 thread" : "a worker on each core"}`,
    features: { nonFinite: true, subnormals: true },
  });
}
