/** The two outputs, one over the other, with a divider between them; and the faces that a network found. */

import { useRef } from "preact/hooks";
import { stateOf } from "../address/address.js";
import { type Face, KEY_POINTS } from "./blaze-face.js";
import { FILTERS } from "./filters.js";
import type { Place } from "./messages.js";
import { Picture } from "./picture.js";
import { BACKEND_NAMES, type Side, SIDES } from "./settings.js";
import { answer, change, doing, networkInfo, photoInfo, pictures, sides, stopRun } from "./store.js";

const state = stateOf("playground");

export function Stage() {
  const { left, right, split } = state.value;
  const { left: one, right: two } = pictures.value;
  const isNetwork = networkInfo.value !== undefined;
  const shape = one ?? two;
  const ratio = shape ? `${shape.width} / ${shape.height}` : "3 / 2";
  const both = !isNetwork && one !== undefined && two !== undefined;
  const what = isNetwork ? "The photo" : FILTERS[state.value.filter].name;
  return (
    <figure class="stage">
      <figcaption class="stage-head">
        <SideChoice place="left" />
        <Doing />
        <SideChoice place="right" />
      </figcaption>
      <div class="stage-picture" style={{ aspectRatio: ratio, "--ratio": shape ? shape.width / shape.height : 1.5 }}>
        {one && <Picture picture={one} label={`${what}, ${labelOf(isNetwork ? "photo" : left)}`} />}
        {!isNetwork && two && (
          <div class="over" style={one ? { clipPath: `inset(0 0 0 ${split}%)` } : {}}>
            <Picture picture={two} label={`${what}, ${labelOf(right)}`} />
          </div>
        )}
        {answer.value?.faces && <Faces faces={answer.value.faces} />}
        {both && <Divider />}
        {!shape && <p class="stage-wait soft">{doing.value || "No picture yet"}</p>}
      </div>
    </figure>
  );
}

function labelOf(side: Side): string {
  return side === "photo" ? "the photo as it is" : `on ${side}`;
}

function SideChoice({ place }: { readonly place: Place }) {
  const value = state.value[place];
  const failed = sides.value[place];
  return (
    <label class={`side-choice ${place}`}>
      <span class="hidden">{place === "left" ? "Left side" : "Right side"}</span>
      <select
        value={value}
        aria-invalid={failed !== undefined && "failed" in failed}
        onChange={(event) => change({ [place]: event.currentTarget.value as Side })}
      >
        {SIDES.map((side) => (
          <option key={side} value={side}>
            {side === "photo" ? "photo: as it is" : `${side}: ${BACKEND_NAMES[side]}`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The present work, with a button that ends it. The element stays if there is no work, so that nothing moves. */
function Doing() {
  const what = doing.value;
  const quiet = what === "" || what === "Measuring";
  return (
    <span class="doing" data-busy={!quiet}>
      <span class="soft">{what}</span>
      {!quiet && photoInfo.value && (
        <button type="button" class="quiet" onClick={stopRun}>
          Stop
        </button>
      )}
    </span>
  );
}

/** The steps of an arrow key and of a page key, in hundredths. */
const STEP = 2;
const LEAP = 10;

function Divider() {
  const { split, left, right } = state.value;
  const own = useRef<HTMLDivElement>(null);
  const moveTo = (value: number): void => change({ split: Math.round(Math.min(100, Math.max(0, value))) });
  const follow = (event: PointerEvent): void => {
    const frame = own.current?.parentElement?.getBoundingClientRect();
    if (frame && frame.width > 0) moveTo(((event.clientX - frame.left) / frame.width) * 100);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: split - STEP,
      ArrowDown: split - STEP,
      ArrowRight: split + STEP,
      ArrowUp: split + STEP,
      PageDown: split - LEAP,
      PageUp: split + LEAP,
      Home: 0,
      End: 100,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    moveTo(next);
  };
  return (
    <div
      ref={own}
      class="divider"
      role="slider"
      tabIndex={0}
      aria-label={`Divider between ${labelOf(left)} and ${labelOf(right)}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={split}
      aria-valuetext={`${split} % of the width shows the left side`}
      style={{ left: `${split}%` }}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        follow(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
      }}
    >
      <span aria-hidden="true">⇔</span>
    </div>
  );
}

function Faces({ faces }: { readonly faces: readonly Face[] }) {
  const percent = (share: number): string => `${share * 100}%`;
  return (
    <svg class="faces" aria-hidden="true">
      {faces.map((face, index) => (
        <g key={index}>
          <rect
            x={percent(face.left)}
            y={percent(face.top)}
            width={percent(face.width)}
            height={percent(face.height)}
            rx="6"
          />
          {face.points.map(([x, y], point) => (
            <circle key={KEY_POINTS[point]} cx={percent(x)} cy={percent(y)} r="3.5" />
          ))}
          <text x={percent(face.left)} y={percent(face.top)} dy="-7">
            {(face.score * 100).toFixed(0)} %
          </text>
        </g>
      ))}
    </svg>
  );
}
