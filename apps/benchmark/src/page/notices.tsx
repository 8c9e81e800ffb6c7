/** What the page has to say before anything else: what was wrong in a link, and what else went wrong. */

import { signal } from "@preact/signals";
import { linkNotices } from "./address/address.js";

/** Problems that concern the whole page, told by whoever meets them; each is a sentence or two. */
const pageNotices = signal<readonly string[]>([]);

/** Shows a notice until it is dismissed; the same words are shown once. */
export function tell(notice: string): void {
  if (!pageNotices.peek().includes(notice)) pageNotices.value = [...pageNotices.peek(), notice];
}

export function Notices() {
  const notices = [...linkNotices.value, ...pageNotices.value];
  const dismiss = (): void => {
    linkNotices.value = [];
    pageNotices.value = [];
  };
  // There from the beginning: a screen reader reads what is put into a region, not a new region.
  return (
    <div role="status" class="notices">
      {notices.length > 0 && (
        <div class="notice warn">
          <ul>
            {notices.map((notice) => (
              <li key={notice}>{notice}</li>
            ))}
          </ul>
          <button type="button" class="quiet" onClick={dismiss}>
            Dismiss
          </button>
        </div>
      )}
    </div>
  );
}
