/** The foot of the page: the features of this browser, and a link to the present view. */

import { useSignal } from "@preact/signals";
import { currentLink } from "./address/address.js";
import { isolation } from "./isolation/isolation.js";

export function Foot() {
  return (
    <footer class="foot">
      <Threads />
      <CopyLink />
      <p>Everything is computed in this browser. Nothing is sent anywhere, and no cookie is set.</p>
    </footer>
  );
}

function Threads() {
  const state = isolation.value;
  if (state.kind === "waiting") return <p role="status">Isolating the page, so that threads can share memory…</p>;
  if (state.kind === "isolated") {
    return <p role="status">Threads can share memory here ({navigator.hardwareConcurrency} logical cores).</p>;
  }
  return (
    <p role="status" class="missing">
      <strong>One thread only.</strong> {state.why} {state.remedy} The other backends work.
    </p>
  );
}

function CopyLink() {
  const said = useSignal("");
  const copy = async (): Promise<void> => {
    const link = currentLink();
    try {
      await navigator.clipboard.writeText(link);
      said.value = "Link copied";
    } catch {
      said.value = "The browser does not allow copying: take the link from the address bar";
    }
  };
  return (
    <p>
      <button type="button" class="quiet" onClick={() => void copy()}>
        Copy a link to this
      </button>{" "}
      <span role="status">{said.value}</span>
    </p>
  );
}
