/** The picture: values painted into a canvas, and above them, in SVG, the cells that belong together. */

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { darkNow } from "../look/theme.js";
import type { Cell } from "./cell.js";
import { moved } from "./fitting.js";
import { type Box, cellAt, type Layout, layOut } from "./layout.js";
import { marksOf } from "./marks.js";
import { choose, chosen, current, drawable, hovered, lit, stages, step, values } from "./model.js";
import { paintAll, paintOutputs, type Scene } from "./paint.js";
import { groupColour } from "./palette.js";
import { describeCell, describePicture } from "./sentences.js";
import { wholeOutputs } from "./steps.js";

/** The most groups with ribbons. More ribbons would be too thin. */
const MOST_RIBBONS = 32;

export function Picture() {
  const frame = useRef<HTMLDivElement>(null);
  const room = useSignal<readonly [width: number, height: number]>([0, 0]);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width);
      room.value = [width, Math.min(660, Math.max(340, innerHeight * 0.56))];
    });
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, [room]);
  const layout = useComputed(() =>
    room.value[0] > 0 && drawable.value ? layOut(stages.value, ...room.value, devicePixelRatio) : undefined,
  );
  return (
    <figure class="picture card">
      <div ref={frame} class="picture-frame">
        {!drawable.value ? (
          <p class="notice warn">
            These planes have more cells than a screen can show. Sizes, counts and code are right; make the channels or
            the input smaller to see the picture.
          </p>
        ) : (
          layout.value && <Drawn layout={layout.value} />
        )}
      </div>
      <figcaption>
        <p class="caption">{describeCell(stages.value, values.value, lit.value)}</p>
        <p class="hidden" id="picture-words">
          {describePicture(stages.value)}
        </p>
        <p class="soft small" id="picture-keys">
          <kbd>←</kbd> <kbd>↑</kbd> <kbd>↓</kbd> <kbd>→</kbd> move the cell, <kbd>Page Up</kbd> and <kbd>Page Down</kbd>{" "}
          change the plane, <kbd>I</kbd>, <kbd>F</kbd> and <kbd>O</kbd> go to the input, the filters and the output.
        </p>
        <Legend />
      </figcaption>
    </figure>
  );
}

function Legend() {
  return (
    <ul class="legend small">
      <li>
        <i class="key reads" /> read
      </li>
      <li>
        <i class="key weights" /> weight
      </li>
      <li>
        <i class="key results" /> result
      </li>
      <li>
        <i class="key hue" /> colour: the group
      </li>
      <li>
        <i class="key grey" /> grey: below zero
      </li>
    </ul>
  );
}

function Drawn({ layout }: { readonly layout: Layout }) {
  const { width, height } = layout;
  const find = (event: PointerEvent): Cell | undefined => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return cellAt(layout, stages.peek(), event.clientX - box.left, event.clientY - box.top);
  };
  const onClick = (event: MouseEvent): void => {
    const cell = find(event as PointerEvent);
    if (cell) choose(cell);
  };
  return (
    <div
      class="drawn"
      style={{ width: `${width}px`, height: `${height}px` }}
      // The arrow keys move in this picture, so it is neither an image nor a form.
      role="application"
      tabIndex={0}
      aria-label="Picture of the convolution"
      aria-describedby="picture-words picture-keys"
      onKeyDown={onKey}
      onPointerMove={(event) => {
        if (event.pointerType !== "touch") hovered.value = find(event);
      }}
      onPointerLeave={() => (hovered.value = undefined)}
      onClick={onClick}
    >
      <Values layout={layout} />
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        <Frames layout={layout} />
        <Lights layout={layout} />
      </svg>
      <p class="hidden" aria-live="polite">
        {describeCell(stages.value, values.value, chosen.value)}
      </p>
    </div>
  );
}

const ARROWS: Readonly<Record<string, readonly [axisFromLast: number, by: number]>> = {
  ArrowLeft: [1, -1],
  ArrowRight: [1, 1],
  ArrowUp: [2, -1],
  ArrowDown: [2, 1],
};

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = chosen.peek();
  const next = keyed(event.key, cell);
  if (!next) return;
  event.preventDefault();
  hovered.value = undefined;
  choose(next);
}

function keyed(key: string, cell: Cell): Cell | undefined {
  const now = stages.peek();
  const arrow = ARROWS[key];
  const { length } = cell.index;
  if (arrow) return moved(now, cell, length - arrow[0], arrow[1]);
  if (key === "PageUp" || key === "PageDown") return moved(now, cell, 0, key === "PageUp" ? -1 : 1);
  if (key === "Home") return { ...cell, index: cell.index.map(() => 0) };
  const last = now.length - 1;
  switch (key.toLowerCase()) {
    case "i":
      return { kind: "input", board: 0, index: [0, 0, 0] };
    case "f":
      return { kind: "weight", board: cell.kind === "weight" && cell.board < last ? last : 0, index: [0, 0, 0, 0] };
    case "o":
      return { kind: "output", board: last, index: [0, 0, 0] };
    default:
      return undefined;
  }
}

/** The canvas. When outputs are finished, only these are painted, and not the whole picture. */
function Values({ layout }: { readonly layout: Layout }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painted = useRef<{ scene: string; whole: readonly number[] }>({ scene: "", whole: [] });
  const ratio = devicePixelRatio;
  const shown = useSignal(layout);
  // A new size clears the canvas. So this runs after the size is set; the effect below would run too early.
  useLayoutEffect(() => {
    shown.value = layout;
  }, [layout, shown]);
  useSignalEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const now = stages.value;
    const scene: Scene = { layout: shown.value, stages: now, values: values.value, dark: darkNow.value, ratio };
    const at = step.value;
    const whole = now.map((p, stage) => (at === 0 ? p.oc * p.oh * p.ow : wholeOutputs(now, stage, at)));
    const before = painted.current;
    const key = `${sceneKey(scene)} ${canvas.current!.width} ${canvas.current!.height}`;
    if (before.scene === key && whole.every((each, stage) => each >= before.whole[stage]!)) {
      for (const [stage, each] of whole.entries()) {
        if (each > before.whole[stage]!) paintOutputs(context, scene, stage, before.whole[stage]!, each, each);
      }
    } else {
      paintAll(context, scene, whole);
    }
    painted.current = { scene: key, whole };
  });
  return (
    <canvas
      ref={canvas}
      width={Math.ceil(layout.width * ratio)}
      height={Math.ceil(layout.height * ratio)}
      style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
      aria-hidden="true"
    />
  );
}

const serials = new WeakMap<object, number>();
let serial = 0;
function identity(value: object | undefined): number {
  if (!value) return 0;
  if (!serials.has(value)) serials.set(value, ++serial);
  return serials.get(value)!;
}

function sceneKey({ layout, values: numbers, dark, ratio }: Scene): string {
  return [identity(layout), identity(numbers), dark, ratio].join(" ");
}

/** Titles, frames around groups, and ribbons from each group to its own. */
function Frames({ layout }: { readonly layout: Layout }) {
  const { boards, across } = layout;
  const dark = darkNow.value;
  return (
    <g class="frames">
      {boards.slice(1).flatMap((board, index) => {
        const before = boards[index]!;
        if (layout.bands > 1 || board.groups > MOST_RIBBONS || before.groups > MOST_RIBBONS) return [];
        const pairs =
          before.groups === board.groups
            ? board.blocks.map((to, group) => [before.blocks[group]!, to, group] as const)
            : before.blocks.map((from, group) => [from, board.blocks[0]!, group] as const);
        const groups = Math.max(before.groups, board.groups);
        return pairs.map(([from, to, group]) => (
          <path
            key={`${index} ${group}`}
            class="ribbon"
            d={ribbon(from, to, across)}
            style={{ fill: groupColour(group, groups, dark) }}
          />
        ));
      })}
      {boards.map((board, index) => (
        <g key={index}>
          <text y={board.box.y - 26}>
            <tspan x={titleX(board.box, board.title[0], layout.width)}>{board.title[0]}</tspan>
            <tspan x={titleX(board.box, board.title[1], layout.width)} dy={16} class="size">
              {board.title[1]}
            </tspan>
          </text>
          {board.groups > 1 &&
            board.blocks.map((box, group) => (
              <rect
                key={group}
                x={box.x - 3.5}
                y={box.y - 3.5}
                width={box.w + 6}
                height={box.h + 6}
                rx={4}
                style={{ stroke: groupColour(group, board.groups, dark) }}
              />
            ))}
        </g>
      ))}
    </g>
  );
}

/** The place of a title: in the middle of its board, and inside the picture. A letter has about 7 pixels. */
function titleX(box: Box, title: string, width: number): number {
  const half = title.length * 3.5;
  return Math.max(half, Math.min(width - half, box.x + box.w / 2));
}

function ribbon(from: Box, to: Box, across: boolean): string {
  if (across) {
    const [a, b] = [from.x + from.w + 4, to.x - 4];
    const middle = (a + b) / 2;
    return `M${a} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${b} ${to.y}V${to.y + to.h}C${middle} ${to.y + to.h} ${middle} ${from.y + from.h} ${a} ${from.y + from.h}z`;
  }
  const [a, b] = [from.y + from.h + 4, to.y - 4];
  const middle = (a + b) / 2;
  return `M${from.x} ${a}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${b}H${to.x + to.w}C${to.x + to.w} ${middle} ${from.x + from.w} ${middle} ${from.x + from.w} ${a}z`;
}

const ROLES = ["reads", "padding", "weights", "results", "now"] as const;

function Lights({ layout }: { readonly layout: Layout }) {
  const now = current.value;
  const product = now && !hovered.value ? now.tap : undefined;
  const marks = marksOf(layout, stages.value, lit.value, product);
  return (
    <g class="lights">
      {marks.beams.map((path, index) => (
        <path key={index} class={index % 2 === 0 ? "beam reads" : "beam weights"} d={path} />
      ))}
      {ROLES.map((role) => (
        <g key={role} class={`mark ${role}`}>
          <path class="fill" d={marks[role].fill} />
          <path class="edge" d={marks[role].edge} />
        </g>
      ))}
    </g>
  );
}
