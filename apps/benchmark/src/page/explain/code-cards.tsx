/** The same layer as code to copy. */

import { useSignal } from "@preact/signals";
import { conveneCode, torchCode } from "./code.js";
import { stages } from "./model.js";

export function CodeCards() {
  return (
    <div class="codes">
      <Code title="PyTorch" code={torchCode(stages.value)} />
      <Code title="Convene" code={conveneCode(stages.value)} />
    </div>
  );
}

function Code({ title, code }: { readonly title: string; readonly code: string }) {
  const answer = useSignal("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      answer.value = "Copied";
    } catch {
      answer.value = "The browser does not allow copying: select the text";
    }
  };
  return (
    <section class="card code">
      <div class="code-head">
        <h2>{title}</h2>
        <span role="status" class="small soft">
          {answer.value}
        </span>
        <button type="button" class="quiet" onClick={() => void copy()} aria-label={`Copy the ${title} code`}>
          Copy
        </button>
      </div>
      {/* The region scrolls, so the keyboard must be able to reach it. */}
      <pre tabIndex={0} aria-label={`${title} code`} role="region">
        <code>{code}</code>
      </pre>
    </section>
  );
}
