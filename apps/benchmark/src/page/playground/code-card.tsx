/** The same filter as code, for PyTorch and for Convene. */

import { useSignal } from "@preact/signals";
import { stateOf } from "../address/address.js";
import { ourCode, torchCode } from "./code.js";
import { resizeKernel } from "./custom-kernel.js";
import { computedFacts } from "./store.js";

const state = stateOf("playground");

export function CodeCard() {
  const which = useSignal<"torch" | "convene">("torch");
  const said = useSignal("");
  const facts = computedFacts.value;
  if (!facts || facts.output.length === 0) return null;
  const settings = { ...state.value, custom: resizeKernel(state.value.custom, state.value.kernel) };
  const code = (which.value === "torch" ? torchCode : ourCode)(settings, facts.output[1]!);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      said.value = "Copied";
    } catch {
      said.value = "The browser does not allow copying: select the text";
    }
  };
  return (
    <section class="card code" aria-labelledby="code-heading">
      <div class="card-head">
        <h2 id="code-heading">As code</h2>
        <fieldset class="segments">
          <legend class="hidden">Language</legend>
          {(["torch", "convene"] as const).map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="playground-code"
                checked={which.value === each}
                onChange={() => {
                  which.value = each;
                  said.value = "";
                }}
              />
              <span>{each === "torch" ? "PyTorch" : "Convene"}</span>
            </label>
          ))}
        </fieldset>
        <button type="button" class="quiet" onClick={() => void copy()}>
          Copy
        </button>
        <span role="status" class="soft">
          {said.value}
        </span>
      </div>
      {/* Wide code scrolls, so the keyboard must be able to reach it. */}
      <pre tabIndex={0} role="region" aria-label="Code">
        <code>{code}</code>
      </pre>
    </section>
  );
}
