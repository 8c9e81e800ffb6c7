/** The settings of a comparison: the workload, the contestants, and the time. */

import { useSignal } from "@preact/signals";
import { parseProblem } from "@convene/core";
import type { ComparePlan, WorkloadChoice } from "../../engine/compare-plan.js";
import { setState, stateOf } from "../address/address.js";
import { isolation } from "../isolation/isolation.js";
import { CONTESTANTS, findBrowser } from "./contestants.js";
import type { OnnxBytes } from "../../engine/workloads/workload.js";
import { dropped, takeOnnx } from "./dropped-file.js";
import { WORKLOAD_CHOICES, type WorkloadName } from "./fields.js";
import { OtherLibraries } from "./other-libraries.js";
import { pagePeers } from "./page-peers.js";
import { runState, start, stop } from "./run.js";

const state = stateOf("compare");

/** Words for the workloads, short enough for a phone. */
const WORDS: Readonly<Record<WorkloadName, string>> = {
  textbook: "The textbook's three layers",
  yardstick: "Yardstick: twelve layers",
  "mobilenet-v1": "MobileNet V1, end to end",
  "mobilenet-v2": "MobileNet V2, end to end",
  resnext50: "ResNeXt-50, its layers",
  problems: "Problems that you write",
  onnx: "A network from an ONNX file",
};

const TIMES = [
  [25, "quick"],
  [100, "normal"],
  [400, "careful"],
] as const;

export function SetUp() {
  const { workload, backends, time, roofline } = state.value;
  const running = runState.value !== "idle";
  const why = cannotStart();
  return (
    <form
      class="card setup"
      aria-label="What is compared"
      onSubmit={(event) => {
        event.preventDefault();
        if (!running && !cannotStart()) start(planOf());
      }}
    >
      <label class="field">
        <span>Workload</span>
        <select
          value={workload}
          onChange={({ currentTarget }) => setState("compare", { workload: currentTarget.value as WorkloadName })}
        >
          {WORKLOAD_CHOICES.map((each) => (
            <option key={each} value={each}>
              {WORDS[each]}
            </option>
          ))}
        </select>
      </label>
      {workload === "problems" && <Problems />}
      {workload === "onnx" && <OnnxFile />}
      <Contestants chosen={backends} />
      <div class="setup-row">
        <fieldset class="segments">
          <legend class="hidden">Time for each layer and backend</legend>
          {TIMES.map(([milliseconds, word]) => (
            <label key={word}>
              <input
                type="radio"
                name="time"
                checked={time === milliseconds}
                onChange={() => setState("compare", { time: milliseconds })}
              />
              <span>{word}</span>
            </label>
          ))}
        </fieldset>
        <label class="check">
          <input
            type="checkbox"
            checked={roofline}
            onChange={({ currentTarget }) => setState("compare", { roofline: currentTarget.checked })}
          />{" "}
          Roofline
        </label>
      </div>
      {running ? (
        <button type="button" class="primary" disabled={runState.value === "stopping"} onClick={stop}>
          {runState.value === "stopping" ? "Stopping…" : "Stop"}
        </button>
      ) : (
        <button type="submit" class="primary" disabled={why !== undefined}>
          Compare
        </button>
      )}
      <p class="small soft" role="status">
        {why}
      </p>
    </form>
  );
}

/** A sentence about the reason why nothing can be started, or `undefined`. */
function cannotStart(): string | undefined {
  const { workload, problems, backends } = state.value;
  if (backends.length === 0) return "Choose a contestant.";
  if (workload === "problems" && problems.length === 0) return "Write a problem, such as ic3_ih7_oc128_kh3.";
  if (workload === "onnx" && !dropped.value) return "Choose an ONNX file.";
  return undefined;
}

function planOf(): ComparePlan {
  const { workload, problems, backends, time, roofline } = state.peek();
  const file = dropped.peek();
  const choice: WorkloadChoice =
    workload === "problems"
      ? { kind: "problems", problems }
      : workload === "onnx"
        ? { kind: "onnx", name: file!.name, bytes: file!.bytes, external: file!.external }
        : { kind: "named", name: workload };
  return { workloads: [choice], backends, time, roofline };
}

function Contestants({ chosen }: { readonly chosen: readonly string[] }) {
  const browser = { ...findBrowser(), isolated: isolation.value.kind === "isolated" };
  const ours = CONTESTANTS.map(({ name }) => name);
  const known = [...ours, ...(pagePeers.value ?? []).map(({ name }) => name)];
  const others = chosen.filter((name) => !known.includes(name));
  const toggle = (name: string, on: boolean): void => {
    const next = on ? [...chosen, name] : chosen.filter((each) => each !== name);
    // The backends keep the order of the list, because the first one is the baseline.
    const order = [...known, ...others, name];
    setState("compare", { backends: [...next].sort((a, b) => order.indexOf(a) - order.indexOf(b)) });
  };
  return (
    <fieldset class="contestants">
      <legend>Contestants</legend>
      {[
        ...CONTESTANTS,
        ...others.map((name) => ({ name, about: "from the link, or added", missing: () => undefined })),
      ].map(({ name, about, missing }) => {
        const lacking = missing(browser);
        return (
          <label key={name} class="contestant">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={({ currentTarget }) => toggle(name, currentTarget.checked)}
            />
            <span>
              <strong class="number">{name}</strong> <span class="soft small">{about}</span>
              {lacking && <span class="small lacking">{lacking}</span>}
            </span>
          </label>
        );
      })}
      <Threads add={(name) => toggle(name, true)} />
      <OtherLibraries chosen={chosen} browser={browser} toggle={toggle} />
    </fieldset>
  );
}

/** Adds worker-threads with a chosen number of threads. */
function Threads({ add }: { readonly add: (name: string) => void }) {
  const count = useSignal(2);
  return (
    <p class="setup-row small">
      <label>
        worker-threads with{" "}
        <input
          type="number"
          min={1}
          max={64}
          value={count.value}
          onInput={({ currentTarget }) => (count.value = Math.round(currentTarget.valueAsNumber))}
        />{" "}
        threads
      </label>
      <button
        type="button"
        class="quiet"
        disabled={!(count.value >= 1 && count.value <= 64)}
        onClick={() => add(`worker-threads?threads=${count.value}`)}
      >
        Add
      </button>
    </p>
  );
}

/** A field for problem strings, one in each line. Faults are shown beside it. */
function Problems() {
  const wrong = useSignal<string | undefined>(undefined);
  const { problems } = state.value;
  const onInput = (text: string): void => {
    const lines = text.split(/[\s,]+/).filter(Boolean);
    try {
      for (const line of lines) parseProblem(line);
      wrong.value = undefined;
      setState("compare", { problems: [...new Set(lines)] });
    } catch (error) {
      wrong.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <label class="field">
      <span>Problems, one a line</span>
      <textarea
        rows={3}
        spellcheck={false}
        placeholder="g32_ic128_ih56_oc128_kh3_ph1"
        defaultValue={problems.join("\n")}
        aria-invalid={wrong.value !== undefined}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <span class="small lacking" role="status">
        {wrong.value && `${wrong.value}. The problems before this change are kept.`}
      </span>
    </label>
  );
}

function sizeOf({ bytes, external }: OnnxBytes): string {
  const size = Object.values(external).reduce((sum, { length }) => sum + length, bytes.length);
  return size < 1e5 ? `${Math.ceil(size / 1e3)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}

function OnnxFile() {
  const file = dropped.value;
  const wanted = state.value.file;
  const wrong = useSignal<string | undefined>(undefined);
  const take = async (given: FileList | null | undefined): Promise<void> => {
    if (given && given.length > 0) wrong.value = await takeOnnx([...given]);
  };
  return (
    <div
      class="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer?.files);
      }}
    >
      <label class="field">
        <span>ONNX file, and its file with weights if there is one: drop them here, or choose them</span>
        <input
          type="file"
          accept=".onnx,.data,.onnx_data"
          multiple
          onChange={({ currentTarget }) => void take(currentTarget.files)}
        />
      </label>
      <p class="small" role="status">
        {file
          ? [file.name, ...Object.keys(file.external)].join(" and ") + `, ${sizeOf(file)}`
          : wanted !== "" && `This link is about ${wanted}. A link cannot hold the file: choose it here.`}
      </p>
      {wrong.value && (
        <p class="small lacking" role="alert">
          {wrong.value}
        </p>
      )}
    </div>
  );
}
