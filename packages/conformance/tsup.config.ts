/** Builds @convene/conformance: the library for Node and browsers, and the command, which is ESM for Node alone. */
import { library } from "@convene/tsup-config";

const LIBRARY = "src/index.ts";

export default [
  // In one build, so that the command shares the library's chunks, the goldens among them.
  library([LIBRARY, "src/cli.ts", "src/cli-child.ts"], {
    format: ["esm"],
    external: [/^node:/],
  }),
  // The build before this one empties the folder.
  library([LIBRARY], { format: ["cjs"], clean: false }),
];
