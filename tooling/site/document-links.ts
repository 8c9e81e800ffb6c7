/**
 * Checks the documents' links to files of the repository: each file must exist, and each heading must exist under the anchor that both
 * a repository's host and VitePress give it. A packed README is read without its neighbours, so its links may lead only to files of its
 * own package.
 */

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../checks/workspace.js";

/** The faults of a document's links, as `document: link: why`. */
export function brokenLinks(document: string, text: string, root: string = ROOT): string[] {
  return linksOf(text).flatMap((link) => {
    const [path = "", anchor] = link.split("#");
    const target = join(root, path === "" ? document : join(dirname(document), decodeURI(path)));
    const why = wrongWith(document, target, anchor, path === "" ? text : undefined, root);
    return why === undefined ? [] : [`${document}: ${link}: ${why}`];
  });
}

/** Links without a scheme, outside of code. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^ *```.*?^ *```/gms, "").replaceAll(/`[^`\n]*`/g, "code");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:|^\//.test(link));
}

function wrongWith(
  document: string,
  target: string,
  anchor: string | undefined,
  own: string | undefined,
  root: string,
) {
  const [, folder] = /^(packages\/[^/]+|apps\/benchmark)\/README\.md$/.exec(document) ?? [];
  if (folder !== undefined && relative(join(root, folder), target).startsWith("..")) {
    return "leads out of the package, and is dead where the package is installed";
  }
  if (!existsSync(target)) return "there is no such file";
  if (anchor === undefined) return undefined;
  if (!target.endsWith(".md")) return statSync(target).isDirectory() ? "a folder has no headings" : undefined;
  const page = own ?? readFileSync(target, "utf8");
  // The site has no pages outside of docs/.
  const isPage = !relative(join(root, "docs"), target).startsWith("..");
  const anchors = (isPage ? [hostAnchor, siteAnchor] : [hostAnchor]).map((anchorOf) => headingsOf(page).map(anchorOf));
  return anchors.every((each) => each.includes(anchor)) ? undefined : "there is no such heading";
}

/** The words of headings, without their marks. */
function headingsOf(text: string): string[] {
  const prose = text.replaceAll(/^ *```.*?^ *```/gms, "");
  return [...prose.matchAll(/^#{1,6} +(.+?)\s*$/gm)].map(([, words]) =>
    words!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, ""),
  );
}

/** The anchor of a heading on GitHub and similar hosts. */
export function hostAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

/** The anchor of a heading in VitePress. */
export function siteAnchor(heading: string): string {
  return heading
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036F]/g, "")
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .replace(/^(\d)/, "_$1")
    .toLowerCase();
}
