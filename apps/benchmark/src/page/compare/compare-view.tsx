/** The compare view, which finds the fastest of the right backends. */

import { useSignal, useSignalEffect } from "@preact/signals";
import type { CompareReport } from "../../engine/compare-report.js";
import { describeEnvironment } from "../../engine/environment.js";
import { formatSeconds } from "../../engine/format.js";
import { describeWarnings } from "../../engine/warnings.js";
import { describeWinner } from "../../engine/winner.js";
import { Agreement, Bars, RooflinePlot, StageBars } from "./charts.js";
import "./compare.css";
import { takeReport } from "./dropped-file.js";
import { missingFigures } from "./figures.js";
import { LayerTable } from "./layer-table.js";
import { longestTask, progress, report, runState, source, trouble } from "./run.js";
import { SetUp } from "./set-up.js";

export default function CompareView() {
  return (
    <div class="compare">
      <div class="compare-side">
        <SetUp />
        <Files />
      </div>
      <div class="compare-main">
        <Running />
        {trouble.value && (
          <div class="notice bad" role="alert">
            <p>{trouble.value}</p>
          </div>
        )}
        {report.value ? <Results report={report.value} /> : runState.value === "idle" && <Empty />}
      </div>
    </div>
  );
}

const PHASE_WORDS = {
  open: "Opening backends",
  roofline: "Measuring what this machine allows",
  verify: "Holding each backend to the float64 reference",
  time: "Timing, in turns",
} as const;

function Running() {
  const now = progress.value;
  if (runState.value === "idle") return null;
  if (!now) return <p role="status">Starting…</p>;
  const left =
    now.remaining === undefined ? "" : `, about ${formatSeconds(Math.ceil(now.remaining / 1000) * 1000)} left`;
  return (
    <section class="card running" aria-label="Progress">
      <div class="running-head">
        <p role="status">
          <strong>{PHASE_WORDS[now.phase]}</strong>
        </p>
        <p class="number small">
          {formatSeconds(now.elapsed)}
          {left}
        </p>
      </div>
      <progress max={now.total || 1} value={now.done} aria-label={PHASE_WORDS[now.phase]} />
      <p class="number small soft clip">{now.label}</p>
    </section>
  );
}

function Empty() {
  return (
    <section class="card empty">
      <h2>Can I believe it, and which is fastest?</h2>
      <ol>
        <li>Each backend computes every layer, and is held to a float64 reference and to every other backend.</li>
        <li>Those that are right are timed in turns, until the interval of each ratio is narrow.</li>
        <li>What disagrees is shown with where it is wrong, and is not ranked.</li>
      </ol>
      <p class="soft">Everything runs in this browser, in a worker, and can be stopped at any time.</p>
    </section>
  );
}

const OUTCOMES: Readonly<Record<CompareReport["outcome"], string>> = {
  running: "so far",
  complete: "complete",
  stopped: "stopped: what was measured until then",
  "out-of-time": "out of time: what was measured until then",
};

function Results({ report: found }: { readonly report: CompareReport }) {
  const winners = describeWinner(found);
  const wrong = found.backends.filter((backend) => backend.wrong).map(({ name }) => name);
  const file = source.value;
  return (
    <>
      <section class="card headline" aria-label="Result">
        <p class="small soft" role="status">
          {file ? `From ${file}, ` : ""}
          {found.workloads.map(({ name }) => name).join(", ")}, {OUTCOMES[found.outcome]}
        </p>
        {winners.map((sentence) => (
          <p key={sentence} class="winner">
            {sentence}
          </p>
        ))}
        {wrong.length > 0 && (
          <p class="winner wrong">
            {wrong.join(", ")} {wrong.length === 1 ? "is" : "are"} wrong, and not ranked.
          </p>
        )}
        {winners.length === 0 && wrong.length === 0 && (
          <p class="winner soft">
            {found.outcome === "running" ? "Nothing to say yet." : "No two backends to compare."}
          </p>
        )}
      </section>
      {found.workloads.map((workload) => (
        <Bars key={workload.name} report={found} workload={workload} />
      ))}
      <Agreement report={found} />
      {found.workloads.map((workload) => (
        <div class="pictures" key={workload.name}>
          <StageBars report={found} workload={workload} />
          <RooflinePlot report={found} workload={workload} />
          <LayerTable report={found} workload={workload} />
        </div>
      ))}
      <Circumstances report={found} />
    </>
  );
}

/** The environment, missing backends, and reasons for doubt about figures. */
function Circumstances({ report: found }: { readonly report: CompareReport }) {
  const { environment, backends, unavailable, failures, warnings } = found;
  return (
    <section class="card" aria-labelledby="where-title">
      <h2 id="where-title">Circumstances</h2>
      <p>
        {describeEnvironment(environment)}, Convene {environment.convene}, clock steps of{" "}
        {environment.clockStep.toPrecision(2)} ms, {environment.date}
      </p>
      <ul class="plain">
        {backends.map(({ name, device, whyNotMore, adapter, givenUp, version }) => (
          <li key={name}>
            <strong class="number">{name}</strong> {version !== undefined && !device.includes(version) && `${version} `}
            {device}
            {adapter?.software && ", in software"}
            {whyNotMore && `; no more threads: ${whyNotMore}`}
            {givenUp && `; given up: ${givenUp}`}
          </li>
        ))}
        {unavailable.map(({ name, reason, remedy }) => (
          <li key={name}>
            <strong class="number">{name}</strong> cannot run here: {reason}. {remedy}. The other backends work.
          </li>
        ))}
        {failures.map(({ backend, message }) => (
          <li key={`${backend} ${message}`} class="wrong">
            <strong class="number">{backend}</strong> failed: {message}
          </li>
        ))}
        {missingFigures(found).map(({ backend, at, more, message }) => (
          <li key={`${backend} ${at} ${message}`}>
            <strong class="number">{backend}</strong> has no figure at {at}
            {more > 0 && ` and ${more} more`}: {message}
          </li>
        ))}
      </ul>
      <ul class="plain">
        {describeWarnings(warnings, environment.clockStep).map(({ kind, what, where, advice }) => (
          <li key={kind}>
            {what}
            {where && ` (${where})`}. <span class="soft">{advice}</span>
          </li>
        ))}
      </ul>
      {longestTask.value !== undefined && (
        <p class="small soft" data-longest-task={Math.round(longestTask.value)}>
          {longestTask.value === 0
            ? "The page itself was never blocked for 50 ms meanwhile."
            : `The page itself was blocked for ${Math.round(longestTask.value)} ms at most.`}
        </p>
      )}
    </section>
  );
}

/** Buttons that save and load the command's JSON. */
function Files() {
  const wrong = useSignal<string | undefined>(undefined);
  // A new comparison has nothing to do with a file that was refused before.
  useSignalEffect(() => {
    if (runState.value === "running") wrong.value = undefined;
  });
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(report.peek(), null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "convene-comparison.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  const load = async (file: File | undefined): Promise<void> => {
    if (file) wrong.value = await takeReport(file);
  };
  return (
    <section
      class="card files"
      aria-label="Results as files"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void load(event.dataTransfer?.files[0]);
      }}
    >
      <button type="button" disabled={!report.value} onClick={save}>
        Save results
      </button>
      <label class="field">
        <span>Results from a file, of this page or of convene bench --json</span>
        <input
          type="file"
          accept=".json,application/json"
          onChange={({ currentTarget }) => void load(currentTarget.files?.[0])}
        />
      </label>
      <p class="small lacking" role="alert">
        {wrong.value}
      </p>
    </section>
  );
}
