/** Builds @convene/cpu. */
import { copyFile } from "node:fs/promises";
import { library } from "@convene/tsup-config";

export default library(["src/index.ts", "src/kernels.ts"], {
  // The modules that are text in index.js, for who may only run what was compiled before (`CpuOptions.module`).
  async onSuccess() {
    for (const name of ["relaxed.wasm", "simd128.wasm"]) await copyFile(`src/generated/${name}`, `dist/${name}`);
  },
});
