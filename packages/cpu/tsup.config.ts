/** Builds @convene/cpu. */
import { library } from "@convene/tsup-config";

export default library(["src/index.ts", "src/kernels.ts"]);
