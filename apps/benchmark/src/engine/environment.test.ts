import { describe, expect, it } from "vitest";
import { describeEnvironment, findEnvironment, runtimeOf } from "./environment.js";

describe("environment", () => {
  it.each([
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
      "Chrome 131",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox 133"],
    ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari 18.1"],
    [
      "Mozilla/5.0 (Windows) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0",
      "Edge 131",
    ],
    ["something", "something"],
  ])("%s", (userAgent, expected) => {
    expect(runtimeOf(userAgent)).toBe(expected);
  });

  it("uses facts from the host", () => {
    const found = findEnvironment({ convene: "1.2.3", runtime: "Node v20", threads: 2, cpu: "A processor" }, 0.001);
    expect(found).toMatchObject({ convene: "1.2.3", clockStep: 0.001, date: expect.stringMatching(/^\d{4}-/) });
    expect(describeEnvironment(found)).toBe("Node v20, A processor, 2 threads");
  });
});
