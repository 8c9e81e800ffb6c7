/** Other libraries among the contestants. If the server does not have them, the page says how to get them. */

import { useEffect } from "preact/hooks";
import { tell } from "../notices.js";
import { type Browser, missingFor } from "./contestants.js";
import { loadPagePeers, pagePeers } from "./page-peers.js";

export function OtherLibraries({
  chosen,
  browser,
  toggle,
}: {
  readonly chosen: readonly string[];
  readonly browser: Browser;
  readonly toggle: (name: string, on: boolean) => void;
}) {
  useEffect(() => {
    loadPagePeers().catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
  }, []);
  const peers = pagePeers.value;
  return (
    <details class="libraries" open={peers?.some(({ name, installed }) => installed && chosen.includes(name))}>
      <summary class="small">Other libraries: TensorFlow.js, ONNX Runtime Web, LiteRT.js</summary>
      {peers ? (
        peers.map(({ name, about, version, needs, installed, command }) => {
          const lacking = installed ? missingFor(needs, browser) : undefined;
          return (
            <label key={name} class="contestant">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                disabled={!installed && !chosen.includes(name)}
                onChange={({ currentTarget }) => toggle(name, currentTarget.checked)}
              />
              <span>
                <strong class="number">{name}</strong>{" "}
                <span class="soft small">
                  {about}, {version}
                </span>
                {lacking && <span class="small lacking">{lacking}</span>}
                {!installed && (
                  <span class="small lacking">
                    Not installed: <code>{command}</code>
                  </span>
                )}
              </span>
            </label>
          );
        })
      ) : (
        <p class="small soft">
          They are no part of this page. In a clone of Convene, <code>npm run peers -- page</code> gets them, and{" "}
          <code>npm run web</code> serves this page with them as contestants, held to the same reference.
        </p>
      )}
    </details>
  );
}
