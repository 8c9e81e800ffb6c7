/**
 * `npm run release` begins with this check. A version can be published once only, and its tag stays at the commit where it was made, so a
 * release must not begin with files that are not committed, on another branch, or behind the remote.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { attempt, fail, isMain, ROOT, run } from "./workspace.js";

const BRANCH = "main";
/** The beginning of every message. */
const NOT_BEGUN = "The release was not begun:";
/** The most files that a message names. */
const MOST_NAMED = 3;

/** The state of a clone. */
export interface State {
  /** The files that are not committed. */
  readonly changed: readonly string[];
  /** Empty if no branch is checked out. */
  readonly branch: string;
  /** The number of commits that the remote has and this clone has not; undefined if the branch follows no branch of a remote. */
  readonly behind: number | undefined;
  /** The number of changesets that wait for `npm run bump`. */
  readonly waiting: number;
}

/** The reason why a release must not begin, with its remedy; undefined if it may. */
export function hindrance({ changed, branch, behind, waiting }: State): string | undefined {
  const are = (count: number, what: string): string => `${count} ${what}${count === 1 ? " is" : "s are"}`;
  if (changed.length > 0) {
    const named = changed.slice(0, MOST_NAMED).join(", ");
    const more = changed.length > MOST_NAMED ? ", ..." : "";
    return `${are(changed.length, "file")} not committed (${named}${more}). Commit them, or remove them: the tags of a release name a commit`;
  }
  if (waiting > 0) return `${are(waiting, "changeset")} waiting. Run npm run bump, and commit the result`;
  if (branch !== BRANCH) {
    const now = branch === "" ? "no branch is checked out" : `the branch is ${branch}`;
    return `${now}. Run git switch ${BRANCH}: every release becomes "latest" on npm, so releases are made there only`;
  }
  if (behind === undefined)
    return `${BRANCH} follows no branch of a remote. Run git branch --set-upstream-to origin/${BRANCH}`;
  if (behind > 0) return `${are(behind, "commit")} missing that the remote has. Run git pull --rebase, and see CI pass`;
  return undefined;
}

/** The changesets that wait for `npm run bump`, as names of files. */
export function waitingChangesets(root: string): readonly string[] {
  return readdirSync(join(root, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md");
}

/** The files of the output of `git status --porcelain`: two letters and a space come before each name. */
export function changedFiles(status: string): readonly string[] {
  return status.split("\n").flatMap((line) => (line === "" ? [] : [line.slice(3)]));
}

function stateOf(root: string): State {
  const git = (...args: readonly string[]): string => run("git", args, root).trim();
  const follows = attempt("git", ["rev-parse", "--abbrev-ref", "@{upstream}"], root).status === 0;
  if (follows && attempt("git", ["fetch", "--quiet"], root).status !== 0) {
    throw new Error(`${NOT_BEGUN} the remote does not answer to git fetch. Look at git remote -v`);
  }
  return {
    changed: changedFiles(run("git", ["status", "--porcelain"], root)),
    branch: git("branch", "--show-current"),
    behind: follows ? Number(git("rev-list", "--count", "HEAD..@{upstream}")) : undefined,
    waiting: waitingChangesets(root).length,
  };
}

if (isMain(import.meta.url)) {
  try {
    const reason = hindrance(stateOf(ROOT));
    if (reason !== undefined) {
      process.stderr.write(`${NOT_BEGUN} ${reason}.\n`);
      process.exitCode = 1;
    }
  } catch (error) {
    fail(error);
  }
}
