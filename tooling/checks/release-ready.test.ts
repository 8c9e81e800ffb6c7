import { expect, it } from "vitest";
import { changedFiles, hindrance, type State } from "./release-ready.js";

const READY: State = { changed: [], branch: "main", behind: 0, waiting: 0 };

it("a release may begin on main, if all is committed and no changeset waits", () => {
  expect(hindrance(READY)).toBeUndefined();
});

it.each<[Partial<State>, string]>([
  [
    { changed: ["note.txt"] },
    "1 file is not committed (note.txt). Commit them, or remove them: the tags of a release name a commit",
  ],
  [
    { changed: ["a", "b", "c", "d"], waiting: 2 },
    "4 files are not committed (a, b, c, ...). Commit them, or remove them: the tags of a release name a commit",
  ],
  [{ waiting: 8 }, "8 changesets are waiting. Run npm run bump, and commit the result"],
  [
    { branch: "0.1.x" },
    'the branch is 0.1.x. Run git switch main: every release becomes "latest" on npm, so releases are made there only',
  ],
  [
    { branch: "" },
    'no branch is checked out. Run git switch main: every release becomes "latest" on npm, so releases are made there only',
  ],
  [{ behind: undefined }, "main follows no branch of a remote. Run git branch --set-upstream-to origin/main"],
  [{ behind: 2 }, "2 commits are missing that the remote has. Run git pull --rebase, and see CI pass"],
])("with %j the reason is %j", (change, reason) => {
  expect(hindrance({ ...READY, ...change })).toBe(reason);
});

it("reads the names of changed files, also of a first line that begins with a space", () => {
  expect(changedFiles(" M package.json\n?? note.txt\n")).toEqual(["package.json", "note.txt"]);
  expect(changedFiles("")).toEqual([]);
});
