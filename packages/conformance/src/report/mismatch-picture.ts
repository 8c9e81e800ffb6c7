/** A picture of the places of wrong elements: a heat map of the plane, and bars for channels and images. Inline SVG. */

import type { Mismatch } from "../mismatch.js";

/** The most cells of an axis. Larger planes are drawn in blocks, so that the picture stays readable and the page small. */
const MOST_CELLS = 64;
/** The length of the heat map's longer side, in pixels. */
const PLANE = 240;
const BAR_WIDTH = 360;
const BAR_HEIGHT = 64;

interface Cell {
  readonly wrong: number;
  readonly total: number;
}

/** Adds up neighbours, so that there are at most `MOST_CELLS` cells. */
function inBlocks(counts: readonly number[], totalEach: number): { cells: readonly Cell[]; block: number } {
  const block = Math.ceil(counts.length / MOST_CELLS);
  const cells = Array.from({ length: Math.ceil(counts.length / block) }, (_, index) => {
    const own = counts.slice(index * block, (index + 1) * block);
    return { wrong: own.reduce((a, b) => a + b, 0), total: own.length * totalEach };
  });
  return { cells, block };
}

export function mismatchPicture(mismatch: Mismatch): string {
  const { shape, byAxis } = mismatch;
  const [n, c, h, w] = shape;
  const bars = [
    c > 1 ? barChart("channel", byAxis.c, n * h * w) : "",
    n > 1 ? barChart("image", byAxis.n, c * h * w) : "",
    h * w > 1 ? "" : `<p class="note">The plane is a single element.</p>`,
  ];
  return `<div class="picture">${h * w > 1 ? heatMap(mismatch) : ""}<div class="bars">${bars.join("")}</div></div>`;
}

function heatMap({ shape, plane }: Mismatch): string {
  const [n, c, h, w] = shape;
  const block = Math.ceil(Math.max(h, w) / MOST_CELLS);
  const [rows, columns] = [Math.ceil(h / block), Math.ceil(w / block)];
  const size = Math.max(3, Math.floor(PLANE / Math.max(rows, columns, 6)));
  const cells: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [cell, place] = cellAt(row, column);
      // Right cells are the background and need no element: they are most of a large plane.
      if (cell.wrong === 0) continue;
      const at = `x="${column * size}" y="${row * size}" width="${size}" height="${size}"`;
      cells.push(
        `<rect class="wrong" ${at} fill-opacity="${shade(cell)}"><title>${place}: ${cell.wrong} of ${cell.total} wrong</title></rect>`,
      );
    }
  }
  const [width, height] = [columns * size, rows * size];
  const what = `${h} × ${w} plane, over ${n * c === 1 ? "its one channel" : `all ${n * c} channels${n > 1 ? " of all images" : ""}`}${block > 1 ? `, in blocks of ${block} × ${block}` : ""}`;
  return `<figure><svg role="img" aria-label="wrong elements by row and column" width="${width + 2}" height="${height + 2}" viewBox="-1 -1 ${width + 2} ${height + 2}">
<rect class="right" width="${width}" height="${height}"/>${grid(rows, columns, size)}${cells.join("")}
</svg><figcaption>${what}</figcaption></figure>`;

  function cellAt(row: number, column: number): readonly [Cell, string] {
    let [wrong, places] = [0, 0];
    const [bottom, right] = [Math.min(h, (row + 1) * block), Math.min(w, (column + 1) * block)];
    for (let y = row * block; y < bottom; y++) {
      for (let x = column * block; x < right; x++) {
        wrong += plane[y * w + x]!;
        places++;
      }
    }
    return [{ wrong, total: places * n * c }, `row ${span(row, block, h)}, column ${span(column, block, w)}`];
  }
}

/** Lines between cells, if the cells are large enough. */
function grid(rows: number, columns: number, size: number): string {
  if (size < 6) return "";
  const across = Array.from({ length: rows - 1 }, (_, i) => `M0 ${(i + 1) * size}h${columns * size}`);
  const down = Array.from({ length: columns - 1 }, (_, i) => `M${(i + 1) * size} 0v${rows * size}`);
  return `<path class="grid" d="${[...across, ...down].join("")}"/>`;
}

function barChart(axis: string, counts: readonly number[], totalEach: number): string {
  const { cells, block } = inBlocks(counts, totalEach);
  const step = Math.min(24, BAR_WIDTH / cells.length);
  const gap = step > 4 ? 1 : 0;
  const bars = cells.map((cell, index) => {
    const x = `x="${round(index * step)}" width="${round(step - gap)}"`;
    const height = cell.wrong === 0 ? 0 : Math.max(3, (BAR_HEIGHT * cell.wrong) / cell.total);
    const title = `<title>${axis} ${span(index, block, counts.length)}: ${cell.wrong} of ${cell.total} wrong</title>`;
    return `<g>${title}<rect class="right" ${x} height="${BAR_HEIGHT}"/><rect class="wrong" ${x} y="${round(BAR_HEIGHT - height)}" height="${round(height)}"/></g>`;
  });
  const width = round(step * cells.length);
  const bad = counts.filter((count) => count > 0).length;
  return `<figure><svg role="img" aria-label="wrong elements by ${axis}" width="${width}" height="${BAR_HEIGHT}" viewBox="0 0 ${width} ${BAR_HEIGHT}">${bars.join("")}</svg><figcaption>by ${axis}: ${bad} of ${counts.length} have wrong elements${block > 1 ? `; a bar is ${block} ${axis}s` : ""}</figcaption></figure>`;
}

/** `3`, or `8-11` for a block. */
function span(index: number, block: number, length: number): string {
  const [from, to] = [index * block, Math.min(length, (index + 1) * block) - 1];
  return from === to ? String(from) : `${from}-${to}`;
}

/** The opacity of a cell. The smallest is not 0, so that one wrong element shows. */
function shade({ wrong, total }: Cell): string {
  return (0.25 + (0.75 * wrong) / total).toFixed(2);
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
