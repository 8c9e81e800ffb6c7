/** The difference of the two sides: a picture, and the largest difference in units of the error bound. */

import { formatCount } from "../../engine/format.js";
import { stateOf } from "../address/address.js";
import { Slider } from "./controls.js";
import type { Difference } from "./difference.js";
import { small } from "./numbers.js";
import { Picture } from "./picture.js";
import { change, difference, pictures } from "./store.js";

const state = stateOf("playground");

export function DifferenceCard() {
  const { left, right, amplify } = state.value;
  const { difference: picture } = pictures.value;
  const found = difference.value;
  return (
    <section class="card difference" aria-labelledby="difference-heading">
      <h2 id="difference-heading">Difference</h2>
      {picture && (
        <>
          <div class="frame">
            <Picture
              picture={picture}
              label={`The difference of ${left} and ${right}, times ${formatCount(2 ** amplify)}`}
            />
          </div>
          <Slider
            label="Amplified"
            min={0}
            max={30}
            value={amplify}
            words={`× 2^${amplify}`}
            onInput={(value) => change({ amplify: value })}
          />
        </>
      )}
      <p class="verdict">{found ? verdict(found, left, right) : missing(left, right)}</p>
      {found?.ratio !== undefined && <Scale ratio={found.ratio} />}
    </section>
  );
}

function missing(left: string, right: string): string {
  if (left === "photo" || right === "photo")
    return "The photo is no backend: choose two backends to see what they differ by.";
  return "Both sides have to run before they can be compared.";
}

/** The difference in words. */
export function verdict(found: Difference, left: string, right: string): string {
  if (found.differing === 0) {
    return left === right
      ? `${left} twice: all ${formatCount(found.elements)} numbers are the same.`
      : `All ${formatCount(found.elements)} numbers are the same, bit for bit.`;
  }
  const share = (100 * found.differing) / found.elements;
  const many = `${share < 1 ? small(share) : share.toFixed(0)} % of ${formatCount(found.elements)} numbers differ, by ${small(found.largest)} at most`;
  const place = found.at ? ` (channel ${found.at[0] + 1}, row ${found.at[1] + 1}, column ${found.at[2] + 1})` : "";
  if (found.ratio === undefined) return `${many}${place}.`;
  if (found.ratio <= 1) {
    return `${many}${place}. That is ${small(found.ratio)} of what rounding in float32 allows: they agree.`;
  }
  return `${many}${place}. That is ${small(found.ratio)} times what rounding in float32 allows: one of the two is wrong.`;
}

/** A bar from 0 to the bound, on a scale of powers of ten, because most differences are a hundredth of the bound. */
function Scale({ ratio }: { readonly ratio: number }) {
  const decades = 4;
  const along = ratio === 0 ? 0 : Math.min(1, Math.max(0.02, 1 + Math.log10(ratio) / decades));
  const bad = !(ratio <= 1);
  return (
    <div class="scale" aria-hidden="true">
      <div class={bad ? "fill bad" : "fill"} style={{ width: `${100 * (bad ? 1 : along)}%` }} />
      <span>0</span>
      <span>1/100</span>
      <span>the bound</span>
    </div>
  );
}
