/** The page: runs one reproduction on the backend that its address names after `?`, and posts the result. */

// The bundler replaces this name by the reproduction.
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
