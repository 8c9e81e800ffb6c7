/** Builds @convene/gpu, with gpu.js inside. */
import { library } from "@convene/tsup-config";
import { leaveOut, writeLicences } from "./gpu-js-bundle.js";

export default library(["src/index.ts"], {
  noExternal: ["gpu.js"],
  esbuildPlugins: [leaveOut],
  esbuildOptions(esbuild) {
    // Where gpu.js says that its source is; a bundle of its own it has for browsers only.
    esbuild.mainFields = ["main"];
  },
  onSuccess: writeLicences,
});
