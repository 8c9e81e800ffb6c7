import { conv2dProblem } from "@convene/core";
import * as core from "@convene/core";
import { cpu } from "@convene/cpu";
import { describe, expect, it } from "vitest";
import { conveneCode, torchCode } from "./code.js";
import { TEXTBOOK } from "./fields.js";
import { pairOf } from "./stages.js";

describe("code", () => {
  it("has the right calls for torch", () => {
    expect(torchCode([TEXTBOOK])).toContain("layer = nn.Conv2d(3, 128, kernel_size=3)\n");
    const p = conv2dProblem({
      ic: 4,
      g: 2,
      ih: 9,
      iw: 8,
      oc: 6,
      kh: 3,
      kw: 5,
      sh: 2,
      sw: 1,
      dh: 2,
      dw: 1,
      bias: false,
      pt: 1,
      pb: 1,
      pl: 2,
      pr: 2,
      paddingMode: "circular",
      activation: "relu6",
    });
    expect(torchCode([p])).toContain(`layer = nn.Sequential(
    nn.Conv2d(4, 6, kernel_size=(3, 5), stride=(2, 1), padding=(1, 2), dilation=(2, 1), groups=2, bias=False, padding_mode="circular"),
    nn.ReLU6(),
)`);
    const uneven = conv2dProblem({ ic: 1, ih: 5, oc: 1, kh: 3, pb: 1, activation: { clamp: [0, Infinity] } });
    expect(torchCode([uneven])).toContain("    nn.ZeroPad2d((0, 0, 0, 1)),\n    nn.Conv2d(1, 1, kernel_size=3),\n");
    expect(torchCode([uneven])).toContain('nn.Hardtanh(0, float("inf"))');
  });

  it.each([
    ["textbook", [TEXTBOOK], [1, 128, 5, 5]],
    ["pair", pairOf(TEXTBOOK), [1, 128, 5, 5]],
    [
      "uneven",
      [
        conv2dProblem({
          ic: 2,
          g: 2,
          ih: 5,
          iw: 7,
          oc: 2,
          kh: 3,
          kw: 1,
          pb: 1,
          paddingMode: "reflect",
          activation: { clamp: [-1, 2] },
        }),
      ],
      [1, 2, 4, 7],
    ],
  ] as const)("of ours runs: %s", async (_, stages, shape) => {
    const said: unknown[] = [];
    const body = conveneCode(stages)
      .replace(/^import .* from "@convene\/core";$/m, "const { Conv2d, network, prepare, randomUniform } = core;")
      .replace(/^import .*$/m, "");
    // The code that a reader would copy. Its imports are passed as arguments.
    const run = new Function("core", "cpu", "console", `return (async () => { ${body} })()`);
    await run(core, cpu, { log: (value: unknown) => said.push(value) });
    expect(said).toEqual([shape]);
  });
});
