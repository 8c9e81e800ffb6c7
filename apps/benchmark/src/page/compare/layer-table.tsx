/** The table of layers. A click on a column's head sorts the table by this column. */

import { useSignal } from "@preact/signals";
import type { CompareReport, WorkloadReport } from "../../engine/compare-report.js";
import { failureWord } from "../../engine/measure/failure.js";
import { formatCount, formatMilliseconds, formatPercent } from "../../engine/format.js";
import { isNoisy } from "../../engine/warnings.js";
import { type Sorting, sortLayers } from "./figures.js";

export function LayerTable({
  report,
  workload,
}: {
  readonly report: CompareReport;
  readonly workload: WorkloadReport;
}) {
  const sorting = useSignal<Sorting>({ key: "order", descending: false });
  if (workload.layers.length === 0) return null;
  const backends = report.backends.map(({ name }) => name);
  const rows = sortLayers(workload.layers, sorting.value);
  const Head = ({ id, label }: { readonly id: string; readonly label: string }) => {
    const here = sorting.value.key === id;
    const direction = sorting.value.descending ? "descending" : "ascending";
    return (
      <th scope="col" aria-sort={here ? direction : "none"}>
        <button
          type="button"
          class="sort"
          onClick={() => (sorting.value = { key: id, descending: here ? !sorting.value.descending : id !== "order" })}
        >
          {label}
          <span aria-hidden="true">{here ? (sorting.value.descending ? " ↓" : " ↑") : ""}</span>
        </button>
      </th>
    );
  };
  return (
    <section class="card" aria-labelledby="layers-title">
      <h2 id="layers-title">
        By layer<span class="soft small"> milliseconds of one run; ~ is too noisy to conclude from</span>
      </h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of layers">
        <table class="layers">
          <thead>
            <tr>
              <Head id="order" label="layer" />
              <Head id="macs" label="multiplications" />
              {backends.map((name) => (
                <Head key={name} id={name} label={name} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((layer) => {
              const best = Math.min(...layer.figures.map(({ median }) => median));
              return (
                <tr key={layer.problem}>
                  <th scope="row">
                    <a href={`#explain?problem=${layer.problem}`} class="number">
                      {layer.problem}
                    </a>
                    <span class="soft small">
                      {" "}
                      {layer.names[0]}
                      {layer.names.length > 1 && ` and ${layer.names.length - 1} more`}
                    </span>
                  </th>
                  <td class="number">{formatCount(layer.macs)}</td>
                  {backends.map((name) => {
                    const figure = layer.figures.find(({ backend }) => backend === name);
                    const failure = layer.failures.find(({ backend }) => backend === name);
                    if (!figure) {
                      return (
                        <td key={name} class="soft small" title={failure?.message}>
                          {failure ? failureWord(failure) : "–"}
                        </td>
                      );
                    }
                    return (
                      <td key={name} class={figure.median === best ? "number best" : "number"} title={figure.algorithm}>
                        {isNoisy(figure) && "~"}
                        {formatMilliseconds(figure.median)}
                        {figure.share !== undefined && (
                          <span class="soft small"> {formatPercent(figure.share, 0)}</span>
                        )}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
