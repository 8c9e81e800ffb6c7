/**
 * `npm run release` begins with this check. A version can be published once only, and its tag stays at the commit where it was made, so a
 * release must not begin with files that are not committed, on another branch, or behind the remote.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { attempt, fail, isMain, ROOT, run } from "./workspace.js";

const BRANCH = "main";

/** The state of a clone. */
export interface State {
  /** The number of files that are not committed. */
  readonly changed: number;
  readonly branch: string;
  /** The number of commits that the remote has and this clone has not; 0 without a remote. */
  readonly behind: number;
  /** The number of changesets that wait for `npm run bump`. */
  readonly waiting: number;
}

/** The reason why a release must not begin, with its remedy; undefined if it may. */
export function hindrance({ changed, branch, behind, waiting }: State): string | undefined {
  const are = (count: number, what: string): string => `${count} ${what}${count === 1 ? " is" : "s are"}`;
  if (changed > 0)
    return `${are(changed, "file")} not committed. Commit the changes first: the tags of a release name a commit`;
  if (waiting > 0) return `${are(waiting, "changeset")} waiting. Run npm run bump, and commit the result`;
  if (branch !== BRANCH)
    return `the branch is ${branch || "none"}. Releases are made on ${BRANCH}: every release becomes "latest" on npm`;
  if (behind > 0) return `${are(behind, "commit")} missing that the remote has. Run git pull, and see CI pass`;
  return undefined;
}

function stateOf(root: string): State {
  const git = (...args: readonly string[]): string => run("git", args, root).trim();
  const upstream = attempt("git", ["rev-parse", "--abbrev-ref", "@{upstream}"], root);
  if (upstream.status === 0) git("fetch", "--quiet");
  return {
    changed: git("status", "--porcelain").split("\n").filter(Boolean).length,
    branch: git("branch", "--show-current"),
    behind: upstream.status === 0 ? Number(git("rev-list", "--count", "HEAD..@{upstream}")) : 0,
    waiting: readdirSync(join(root, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md")
      .length,
  };
}

if (isMain(import.meta.url)) {
  try {
    const reason = hindrance(stateOf(ROOT));
    if (reason !== undefined) {
      process.stderr.write(`The release was not begun: ${reason}.\n`);
      process.exitCode = 1;
    }
  } catch (error) {
    fail(error);
  }
}
