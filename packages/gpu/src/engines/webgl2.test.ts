import { expect, it } from "vitest";
import { openWebGl2 } from "./webgl2.js";

it("is unavailable without a canvas", async () => {
  await expect(openWebGl2()).rejects.toThrow(/there is no WebGL2 here/);
});
