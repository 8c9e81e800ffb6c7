/** The page of the control. It runs our gpu on the problem of a reproduction, with the same adapter and driver. */

import { runConformance } from "@convene/conformance";
import { gpu } from "@convene/gpu";

const { mode, problem } = JSON.parse(decodeURIComponent(location.search.slice(1)));
// A case of the suite, or a problem.
const selected = problem.includes(": ") ? { only: problem } : { suites: ["exact", "operations"], problem };
/** @type {{ device?: string, error?: string }} */
let answer;
try {
  const { counts, device, results } = await runConformance(() => gpu({ mode }), { ...selected, diagnose: false });
  const failed = results.find(({ status }) => status !== "passed");
  answer = counts.passed > 0 && !failed ? { device } : { error: failed?.message ?? "no case ran" };
} catch (error) {
  answer = { error: String(error) };
}
await fetch("/report", { method: "POST", body: JSON.stringify(answer) });
await fetch("/end", { method: "POST", body: "{}" });
