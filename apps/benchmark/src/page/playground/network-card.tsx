/** The result of a dropped network for the photo. */

import { formatCount } from "../../engine/format.js";
import { stateOf } from "../address/address.js";
import type { NetworkAnswer } from "./messages.js";
import { small } from "./numbers.js";
import { SCALINGS, type Scaling } from "./settings.js";
import { answer, change, networkInfo, removeNetwork } from "./store.js";

const state = stateOf("playground");

export function NetworkCard() {
  const info = networkInfo.value;
  if (!info) return null;
  const said = answer.value;
  return (
    <section class="card network" aria-labelledby="network-heading">
      <h2 id="network-heading">{info.isBlazeFace ? "BlazeFace" : "Network"}</h2>
      <p class="name">{info.name}</p>
      <p class="soft">{info.about}</p>
      <p aria-live="polite">{said ? sentence(said) : "…"}</p>
      {said && !said.faces && <Outputs said={said} />}
      <label class="row">
        <span>Values</span>
        <select
          value={state.value.scaling}
          onChange={(event) => change({ scaling: event.currentTarget.value as Scaling })}
        >
          {SCALINGS.map((each) => (
            <option key={each} value={each}>
              {each === "auto" ? `auto: ${info.isBlazeFace ? "-1 to 1" : "ImageNet"}` : each}
            </option>
          ))}
        </select>
      </label>
      <p class="soft note">
        {info.isBlazeFace
          ? "The whole photo is put in a black square."
          : "The middle of the photo is cut out. A network has to be given the values that it was trained with."}
      </p>
      <p class="row-of-buttons">
        <button type="button" onClick={removeNetwork}>
          Back to the filters
        </button>
      </p>
    </section>
  );
}

/** The result in a sentence. */
function sentence({ faces, outputs }: NetworkAnswer): string {
  if (faces) {
    if (faces.length === 0) return "No face was found.";
    const sure = faces.map(({ score }) => `${(score * 100).toFixed(0)} %`).join(", ");
    return faces.length === 1
      ? `One face was found (${sure} sure).`
      : `${faces.length} faces were found (${sure} sure).`;
  }
  return outputs.length === 1 ? "The network has one output." : `The network has ${outputs.length} outputs.`;
}

function Outputs({ said }: { readonly said: NetworkAnswer }) {
  return (
    <div class="outputs">
      {said.outputs.map(({ name, dims, top, summary }) => (
        <section key={name}>
          <h3>
            <code>{name}</code> <span class="soft number">[{dims.join(", ")}]</span>
          </h3>
          {top ? (
            <ol class="list">
              {top.map(({ index, value }) => (
                <li key={index}>
                  class {index}: <span class="number">{small(value)}</span>
                </li>
              ))}
            </ol>
          ) : (
            <p class="number soft">
              from {small(summary.min)} to {small(summary.max)}, mean {small(summary.mean)}
              {summary.notFinite > 0 && `; ${formatCount(summary.notFinite)} are NaN or infinite`}
            </p>
          )}
        </section>
      ))}
    </div>
  );
}
