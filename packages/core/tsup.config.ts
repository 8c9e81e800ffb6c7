/** Builds @convene/core. */
import { library } from "@convene/tsup-config";

export default library(["src/index.ts", "src/for-backends.ts"]);
