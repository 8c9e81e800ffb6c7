/**
 * Changes links of a page that lead out of `docs/`, such as `../examples/mobilenet`, because the site has no such page. The link must
 * lead to an existing file or folder. If the repository's address is known (`repository.url` of the root's package.json), the link
 * becomes a link to the repository. Otherwise it becomes the path, as code.
 */

import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** The types of the used part of markdown-it. VitePress brings markdown-it, but does not export its types. */
interface Token {
  type: string;
  content: string;
  tag: string;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
  attrs: [string, string][] | null;
  children: Token[] | null;
}
interface Markdown {
  core: { ruler: { push(name: string, rule: (state: { tokens: Token[]; env: { path?: string } }) => void): void } };
}

export interface RepositoryLinksOptions {
  /** The repository's root, and the folder of the pages. */
  readonly root: string;
  readonly docs: string;
  /** The repository's address. Left out if it is not known. */
  readonly repository?: string | undefined;
}

/**
 * The path of a link's target, from the root, or `undefined` for a link that stays in `docs/` or has a scheme.
 *
 * @param page the file of the page
 * @throws Error if the path does not exist
 */
export function pathInRepository(
  href: string,
  page: string,
  { root, docs }: RepositoryLinksOptions,
): string | undefined {
  if (/^[a-z][a-z+.-]*:|^\/|^#/i.test(href)) return undefined;
  const [path] = href.split("#");
  const target = resolve(dirname(page), decodeURI(path!));
  if (!relative(docs, target).startsWith("..")) return undefined;
  if (!existsSync(target)) throw new Error(`${relative(root, page)} links to ${href}, which is not in the repository`);
  return relative(root, target);
}

/** The address of a path on the repository's host. */
export function addressOf(path: string, repository: string): string {
  return `${repository.replace(/^git\+/, "").replace(/\.git$/, "")}/blob/main/${path}`;
}

/** The plugin for markdown-it. */
export function repositoryLinks(md: Markdown, options: RepositoryLinksOptions): void {
  md.core.ruler.push("repository-links", ({ tokens, env }) => {
    const page = env.path ?? join(options.docs, "index.md");
    for (const { children } of tokens) if (children) rewrite(children, page, options);
  });
}

function rewrite(tokens: Token[], page: string, options: RepositoryLinksOptions): void {
  let span = false;
  for (const token of tokens) {
    if (token.type === "link_open") {
      const path = pathInRepository(token.attrGet("href") ?? "", page, options);
      if (path === undefined) continue;
      if (options.repository !== undefined) {
        token.attrSet("href", addressOf(path, options.repository));
        continue;
      }
      token.tag = "span";
      token.type = "span_open";
      token.attrs = [["title", `in the repository: ${path}`]];
      span = true;
    } else if (token.type === "link_close" && span) {
      token.tag = "span";
      token.type = "span_close";
      span = false;
    }
  }
}
