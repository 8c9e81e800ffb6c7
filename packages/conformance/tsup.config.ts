/** Builds @convene/conformance: the library for Node and browsers, and the command, which is ESM for Node alone. */
import { library } from "@convene/tsup-config";

/** The library, for Node and browsers, and what commands share, for Node alone. */
const LIBRARIES = ["src/index.ts", "src/terminal.ts"];

export default [
  // In one build, so that the command shares the library's chunks, the goldens among them.
  library([...LIBRARIES, "src/cli.ts", "src/cli-child.ts"], {
    format: ["esm"],
    external: [/^node:/],
  }),
  // The build before this one empties the folder.
  library(LIBRARIES, { format: ["cjs"], clean: false, external: [/^node:/] }),
];
