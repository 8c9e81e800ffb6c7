/** Text inside XML and HTML, as content or in a quoted attribute. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// XML 1.0 cannot write these, not even escaped: most control characters, and halves of surrogate pairs.
// oxlint-disable-next-line no-control-regex -- the pattern is about control characters
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

export function escapeMarkup(text: string): string {
  return text.replace(FORBIDDEN, "\uFFFD").replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
