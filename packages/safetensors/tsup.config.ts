/** Builds @convene/safetensors. */
import { library } from "@convene/tsup-config";

export default library(["src/index.ts"]);
