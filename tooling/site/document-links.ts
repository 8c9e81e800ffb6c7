/**
 * Links of the documents that lead to files of the repository: each file is there, and so is each heading, under the anchor that
 * a repository's host and VitePress both give it. A README that is packed is read where its neighbours are not: its links lead
 * into its own package only.
 */

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../checks/workspace.js";

/** What is wrong with the links of a document, as `document: link: why`. */
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

/** The anchor of a heading as GitHub and others make it. */
export function hostAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

/** The same as VitePress makes it. */
export function siteAnchor(heading: string): string {
  return heading
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036F]/g, "")
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .replace(/^(\d)/, "_$1")
    .toLowerCase();
}
