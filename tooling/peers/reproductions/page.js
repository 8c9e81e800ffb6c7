/** The page: one reproduction on one of its backends, which is what its address has behind the `?`. Posts what came. */

// The reproduction, which the bundler puts here.
import run from "peer-reproduction";

const backend = decodeURIComponent(location.search.slice(1));
/** @type {{ values?: readonly number[], error?: string }} */
let answer;
try {
  answer = { values: [...(await run(backend))] };
} catch (error) {
  answer = { error: String(error) };
}
await fetch("/report", { method: "POST", body: JSON.stringify(answer) });
await fetch("/end", { method: "POST", body: "{}" });
