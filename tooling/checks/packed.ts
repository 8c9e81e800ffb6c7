/**
 * `pnpm packed`: packs the published packages, checks the tarballs as `pnpm packages` does, and installs them with plain npm into an
 * empty folder outside the workspace. There they are used as a program's packages, in the examples (one is a page that Vite bundles),
 * and as the suite for the author of a backend.
 */

import { withInstalled } from "./installed.js";
import { checkTarballs } from "./packages.js";
import { checkCommand } from "./packed-command.js";
import { checkConsumer } from "./packed-consumer.js";
import { checkExamples, EXAMPLES_NEED } from "./packed-examples.js";
import { checkSuite, RUNNER } from "./packed-suite.js";
import { checkInstall } from "./packed-install.js";
import { checkTypes, COMPILERS } from "./packed-types.js";
import { fail } from "./workspace.js";

try {
  await withInstalled("packed", [RUNNER, ...COMPILERS, ...EXAMPLES_NEED], async (folder, tarballs) => {
    await checkTarballs(tarballs);
    checkInstall(folder);
    checkTypes(folder);
    checkConsumer(folder);
    checkCommand(folder);
    await checkExamples(folder);
    checkSuite(folder);
  });
} catch (error) {
  fail(error);
}
