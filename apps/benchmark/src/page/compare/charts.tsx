/** The pictures of a report: bars with intervals, the agreement matrix, the roofline, and the stages of a backend. */

import type { CompareReport, WorkloadReport } from "../../engine/compare-report.js";
import { formatCount, formatErrorRatio, formatMilliseconds, formatRatio } from "../../engine/format.js";
import { peakRate } from "../../engine/roofline/roofline.js";
import { agreementOf, barsOf, firstFault, pointsOf, stagesOf } from "./figures.js";

/** A colour for each backend, by its place in the report. It is the same in every picture. */
function colourOf(report: CompareReport, backend: string): string {
  const at = report.backends.findIndex(({ name }) => name === backend);
  return `var(--series-${(Math.max(0, at) % 6) + 1})`;
}

export function Bars({ report, workload }: { readonly report: CompareReport; readonly workload: WorkloadReport }) {
  const bars = barsOf(report, workload);
  if (bars.length === 0) return null;
  const most = Math.max(...bars.map(({ milliseconds, interval }) => Math.max(milliseconds, interval?.high ?? 0)));
  const share = (value: number): string => `${(100 * value) / most}%`;
  return (
    <section class="card" aria-labelledby="bars-title">
      <h2 id="bars-title">
        {workload.network ? "End to end" : "All layers"}
        <span class="soft small"> milliseconds, less is better; the line is the 95 % interval</span>
      </h2>
      <ol class="bars">
        {bars.map(({ backend, milliseconds, interval, times }, index) => (
          <li key={backend}>
            <span class="bar-name number">{backend}</span>
            <span class="bar-track" aria-hidden="true">
              <i class="bar" style={{ width: share(milliseconds), background: colourOf(report, backend) }} />
              {interval && (
                <i
                  class="whisker"
                  style={{ left: share(interval.low), width: `max(2px, ${share(interval.high - interval.low)})` }}
                />
              )}
            </span>
            <span class="bar-value number">
              {formatMilliseconds(milliseconds)}
              <span class="soft small">{index === 0 ? " fastest" : ` × ${formatRatio(times)}`}</span>
              {interval && (
                <span class="hidden">
                  , 95 % interval {formatMilliseconds(interval.low)} to {formatMilliseconds(interval.high)}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A colour: green for no error, yellow for an error at the bound, red for a larger error. */
function heat(worst: number): string {
  if (worst > 1) return "var(--bad-soft)";
  return `color-mix(in oklab, var(--heat-high) ${Math.round(100 * worst)}%, var(--heat-low))`;
}

export function Agreement({ report }: { readonly report: CompareReport }) {
  const { backends, verification } = report;
  if (verification.state === "skipped" || backends.length === 0) return null;
  const columns: readonly (string | undefined)[] = [undefined, ...backends.map(({ name }) => name)];
  return (
    <section class="card" aria-labelledby="agreement-title">
      <h2 id="agreement-title">
        Agreement<span class="soft small"> largest error over its bound; more than 1 is wrong</span>
      </h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Matrix of agreement">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">backend</span>
              </th>
              {columns.map((name) => (
                <th key={name ?? ""} scope="col">
                  {name ?? "float64 reference"}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {backends.map(({ name }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {columns.map((other) => {
                  if (other === name) return <td key={other} class="self" aria-label="itself" />;
                  const found = agreementOf(report, name, other);
                  if (!found) {
                    return (
                      <td key={other ?? ""} class="soft">
                        {verification.state === "running" ? "…" : "–"}
                      </td>
                    );
                  }
                  const { worst = 0, disagreed } = found;
                  return (
                    <td
                      key={other ?? ""}
                      class={disagreed > 0 ? "number wrong" : "number"}
                      style={{ background: disagreed > 0 ? "var(--bad-soft)" : heat(worst) }}
                      title={found.worstProblem}
                    >
                      {worst >= 100 ? formatCount(worst) : formatErrorRatio(worst)}
                      {disagreed > 0 && " wrong"}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {backends
        .filter(({ wrong }) => wrong)
        .map(({ name }) => (
          <Fault key={name} report={report} backend={name} />
        ))}
    </section>
  );
}

/** The fault of a wrong backend, and its place. */
function Fault({ report, backend }: { readonly report: CompareReport; readonly backend: string }) {
  const fault = firstFault(report, backend);
  return (
    <div class="notice bad fault" data-fault={backend}>
      <div>
        <h3>{backend} disagrees, so it is not ranked</h3>
        {fault && (
          <p>
            <span class="number">{fault.problem}</span>: {fault.message}
          </p>
        )}
        {fault?.map && (
          <figure>
            <pre
              role="img"
              aria-label={`The plane with the wrong elements, ${fault.map.length} rows; # and + are wrong`}
            >
              {fault.map.join("\n")}
            </pre>
            <figcaption class="small"># wrong in all channels, + in some, . right</figcaption>
          </figure>
        )}
      </div>
    </div>
  );
}

const [WIDTH, HEIGHT] = [640, 320];
const EDGE = { left: 52, right: 14, top: 14, bottom: 40 };

/** Powers of ten around all values: the exponents below the least and above the largest value. */
function decades(values: readonly number[]): readonly [number, number] {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  return [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs) + 0.01)];
}

export function RooflinePlot({
  report,
  workload,
}: {
  readonly report: CompareReport;
  readonly workload: WorkloadReport;
}) {
  const { roofline } = report;
  const points = pointsOf(workload);
  if (!roofline || points.length === 0) return null;
  const peak = peakRate(roofline);
  const [xLow, xHigh] = decades(points.map(({ intensity }) => intensity));
  const [yLow, yHigh] = decades([...points.map(({ gflops }) => gflops), peak]);
  const x = (value: number): number =>
    EDGE.left + ((WIDTH - EDGE.left - EDGE.right) * (Math.log10(value) - xLow)) / (xHigh - xLow);
  const y = (value: number): number =>
    HEIGHT - EDGE.bottom - ((HEIGHT - EDGE.top - EDGE.bottom) * (Math.log10(value) - yLow)) / (yHigh - yLow);
  const ticks = (low: number, high: number): readonly number[] =>
    Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  const names = [...new Set(points.map(({ backend }) => backend))];
  return (
    <section class="card" aria-labelledby="roofline-title">
      <h2 id="roofline-title">
        Roofline<span class="soft small"> of one thread, {peak.toFixed(0)} GFLOP/s at most; each point is a layer</span>
      </h2>
      <svg
        class="roofline"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Rates of ${names.join(", ")} against operations for each byte, below the roofline of one thread. The table by layer has the numbers.`}
      >
        <clipPath id="plot">
          <rect
            x={EDGE.left}
            y={EDGE.top}
            width={WIDTH - EDGE.left - EDGE.right}
            height={HEIGHT - EDGE.top - EDGE.bottom}
          />
        </clipPath>
        {ticks(yLow, yHigh).map((value) => (
          <g key={value}>
            <line class="grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(value)} y2={y(value)} />
            <text x={EDGE.left - 6} y={y(value) + 4} text-anchor="end">
              {value}
            </text>
          </g>
        ))}
        {ticks(xLow, xHigh).map((value) => (
          <g key={value}>
            <line class="grid" x1={x(value)} x2={x(value)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />
            <text x={x(value)} y={HEIGHT - EDGE.bottom + 16} text-anchor="middle">
              {value}
            </text>
          </g>
        ))}
        <text x={WIDTH - EDGE.right} y={HEIGHT - 6} text-anchor="end">
          operations for each byte
        </text>
        <text x={EDGE.left + 4} y={EDGE.top + 10}>
          GFLOP/s
        </text>
        <g clip-path="url(#plot)">
          <line class="roof" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(peak)} y2={y(peak)} />
          {roofline.loads.map(({ level, gigabytesPerSecond }) => {
            const knee = peak / gigabytesPerSecond;
            const start = 10 ** xLow;
            return (
              <line
                key={level}
                class="roof"
                x1={x(start)}
                y1={y(start * gigabytesPerSecond)}
                x2={x(Math.max(start, knee))}
                y2={y(peak)}
              />
            );
          })}
          {points.map(({ backend, problem, intensity, gflops }) => (
            <circle
              key={`${backend} ${problem}`}
              cx={x(intensity)}
              cy={y(gflops)}
              r={5}
              style={{ fill: colourOf(report, backend) }}
            >
              <title>{`${backend}, ${problem}: ${gflops.toFixed(1)} GFLOP/s`}</title>
            </circle>
          ))}
        </g>
      </svg>
      <ul class="legend small">
        {names.map((name) => (
          <li key={name}>
            <i class="dot" style={{ background: colourOf(report, name) }} /> {name}
          </li>
        ))}
      </ul>
    </section>
  );
}

const STAGES = [
  ["download", "download, gzipped", (value: number) => `${(value / 1000).toFixed(1)} kB`],
  ["load", "load and start", (value: number) => `${formatMilliseconds(value)} ms`],
  ["prepare", "prepare", (value: number) => `${formatMilliseconds(value)} ms`],
  ["first", "first run", (value: number) => `${formatMilliseconds(value)} ms`],
  ["steady", "steady run", (value: number) => `${formatMilliseconds(value)} ms`],
] as const;

export function StageBars({ report, workload }: { readonly report: CompareReport; readonly workload: WorkloadReport }) {
  const rows = stagesOf(report, workload);
  if (rows.length === 0) return null;
  return (
    <section class="card" aria-labelledby="stages-title">
      <h2 id="stages-title">
        Before it is fast
        <span class="soft small"> prepare and runs: all layers together; each column has its own scale</span>
      </h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of stages">
        <table class="stages">
          <thead>
            <tr>
              <th scope="col">backend</th>
              {STAGES.map(([key, label]) => (
                <th key={key} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.backend}>
                <th scope="row">{row.backend}</th>
                {STAGES.map(([key, , format]) => {
                  const value = row[key];
                  const most = Math.max(...rows.map((each) => each[key] ?? 0)) || 1;
                  return (
                    <td key={key}>
                      <span class="number">{value === undefined ? "–" : format(value)}</span>
                      <span class="stage-track" aria-hidden="true">
                        <i
                          style={{
                            width: `${(100 * (value ?? 0)) / most}%`,
                            background: colourOf(report, row.backend),
                          }}
                        />
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
