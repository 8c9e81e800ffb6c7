/** Builds the `convene` command. */
import { app } from "@convene/tsup-config";

export default app(["src/terminal/cli.ts"]);
