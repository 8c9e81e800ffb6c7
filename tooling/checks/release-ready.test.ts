import { expect, it } from "vitest";
import { hindrance } from "./release-ready.js";

const READY = { changed: 0, branch: "main", behind: 0, waiting: 0 };

it("a release may begin on main, if all is committed and no changeset waits", () => {
  expect(hindrance(READY)).toBeUndefined();
});

it.each([
  [{ changed: 1 }, "1 file is not committed. Commit the changes first: the tags of a release name a commit"],
  [
    { changed: 16, waiting: 2 },
    "16 files are not committed. Commit the changes first: the tags of a release name a commit",
  ],
  [{ waiting: 8 }, "8 changesets are waiting. Run npm run bump, and commit the result"],
  [{ branch: "0.1.x" }, 'the branch is 0.1.x. Releases are made on main: every release becomes "latest" on npm'],
  [{ branch: "" }, 'the branch is none. Releases are made on main: every release becomes "latest" on npm'],
  [{ behind: 2 }, "2 commits are missing that the remote has. Run git pull, and see CI pass"],
])("with %j the reason is %j", (change, reason) => {
  expect(hindrance({ ...READY, ...change })).toBe(reason);
});
