/** Text inside XML and HTML, as content or in a quoted attribute. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// What XML 1.0 has no way to write, not even escaped: most control characters, and halves of surrogate pairs.
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

export function escapeMarkup(text: string): string {
  return text.replace(FORBIDDEN, "\uFFFD").replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
