/** The notices at the top of the page: faults in a link, and other faults. */

import { signal } from "@preact/signals";
import { linkNotices } from "./address/address.js";

/** Notices about the whole page, from any part of it. Each is a sentence or two. */
const pageNotices = signal<readonly string[]>([]);

/** Shows a notice until the reader dismisses it. Equal notices are shown once. */
export function tell(notice: string): void {
  if (!pageNotices.peek().includes(notice)) pageNotices.value = [...pageNotices.peek(), notice];
}

export function Notices() {
  const notices = [...linkNotices.value, ...pageNotices.value];
  const dismiss = (): void => {
    linkNotices.value = [];
    pageNotices.value = [];
  };
  // The region exists from the beginning, because a screen reader reads new text in a region, but not a new region.
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
