/** The playground: a photo through a filter or a network, on two backends side by side. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { stateOf } from "../address/address.js";
import { CodeCard } from "./code-card.js";
import { Controls } from "./controls.js";
import { DifferenceCard, verdict } from "./difference-card.js";
import { Facts } from "./facts.js";
import { FILTERS } from "./filters.js";
import { NetworkCard } from "./network-card.js";
import { size } from "./numbers.js";
import { PhotoBar } from "./photo-bar.js";
import "./playground.css";
import { Stage } from "./stage.js";
import { computedFacts, difference, finished, networkInfo, startPlayground, takeFiles } from "./store.js";

export default function PlaygroundView() {
  const dragged = useSignal(false);
  useEffect(startPlayground, []);
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      takeFiles(files);
    };
    addEventListener("paste", onPaste);
    return () => removeEventListener("paste", onPaste);
  }, []);
  return (
    <div
      class={dragged.value ? "playground dragged" : "playground"}
      data-finished={finished.value}
      onDragOver={(event) => {
        event.preventDefault();
        dragged.value = true;
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) dragged.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        dragged.value = false;
        takeFiles(event.dataTransfer?.files ?? []);
      }}
    >
      <PhotoBar />
      <Stage />
      {networkInfo.value ? <NetworkCard /> : <Controls />}
      <div class="cards">
        <Facts />
        <DifferenceCard />
        {!networkInfo.value && <CodeCard />}
      </div>
      <Said />
      {dragged.value && (
        <p class="drop" aria-hidden="true">
          Drop a photo, or a network as an ONNX file
        </p>
      )}
    </div>
  );
}

/** A sentence about the result, which a screen reader says when a run is complete. */
function Said() {
  const { filter, kernel, left, right } = stateOf("playground").value;
  const found = difference.value;
  const facts = computedFacts.value;
  const parts =
    finished.value === 0 || !facts || networkInfo.value
      ? []
      : [
          `${FILTERS[filter].name}, ${kernel} by ${kernel}, gives ${size(facts.output)}.`,
          ...(found ? [verdict(found, left, right)] : []),
        ];
  return (
    <p class="hidden" aria-live="polite">
      {parts.join(" ")}
    </p>
  );
}
