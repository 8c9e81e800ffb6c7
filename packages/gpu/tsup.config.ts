/** Builds @convene/gpu. */
import { library } from "@convene/tsup-config";

export default library(["src/index.ts"]);
