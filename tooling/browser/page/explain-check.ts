/** Checks the explain view: its figures, the slider by keyboard, the picture by keyboard, the multiplications step by step, and links. */

import assert from "node:assert/strict";
import { checkAccessible, type ViewCheck } from "./view-check.js";

export const explainCheck: ViewCheck = {
  name: "explain",
  check: async (page, url) => {
    await page.goto(url);
    const slider = page.getByRole("slider", { name: "groups" });
    const costs = page.getByRole("region", { name: "What it costs" });
    const text = (): Promise<string> => costs.innerText();
    await slider.waitFor();
    assert.match(await text(), /86,400/);
    assert.match(await text(), /675 \+ 9,600 = 10,275/);
    await checkAccessible(page, "explain");

    // The keyboard moves the slider from a standard convolution to the pair.
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await slider.getAttribute("aria-valuetext"), "depthwise + pointwise");
    await page.getByText("Between", { exact: true }).waitFor();
    await page.keyboard.press("ArrowLeft");

    // With channels that have divisors, each stop is a number of groups.
    await page.goto(`${url}#explain?problem=ic4_ih5_oc8_kh3`);
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>("#groups")?.max === "3");
    const stops: (string | null)[] = [];
    await slider.focus();
    for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowRight"]) {
      await page.keyboard.press(key);
      stops.push(await slider.getAttribute("aria-valuetext"));
    }
    assert.deepEqual(stops, ["1: standard", "2: grouped", "4: depthwise", "depthwise + pointwise"]);
    await page.keyboard.press("ArrowLeft");
    assert.match(await page.getByRole("region", { name: "PyTorch code" }).innerText(), /groups=4/);

    // The picture has a description.
    const picture = page.getByRole("application");
    await picture.focus();
    for (const key of ["o", "ArrowDown", "PageDown"]) await page.keyboard.press(key);
    const said = picture.locator("[aria-live]");
    assert.match((await said.textContent()) ?? "", /^Output plane 1, row 1, column 0: 9 products of input plane 0 /);
    await page.keyboard.press("i");
    assert.match((await said.textContent()) ?? "", /^Input plane 0, row 0, column 0, value/);

    // Hovering lights up the cells that belong together.
    const lit = (): Promise<string | null> => page.locator(".mark.weights .fill").getAttribute("d");
    const before = await lit();
    const box = (await picture.boundingBox())!;
    const results = (await page.locator(".mark.results .fill").getAttribute("d")) ?? "";
    const [, x, y] = /^M([\d.]+) ([\d.]+)/.exec(results) ?? [];
    await page.mouse.move(box.x + Number(x) + 3, box.y + Number(y) + 3);
    await page.waitForFunction(
      (old) => document.querySelector(".mark.weights .fill")?.getAttribute("d") !== old,
      before,
    );
    await page.mouse.move(0, 0);

    // The player goes step by step.
    const player = page.getByRole("region", { name: "The multiplications as they happen" });
    await player.getByRole("button", { name: "+1 multiplication" }).click();
    await player.getByRole("button", { name: "Next output" }).click();
    assert.match(await player.innerText(), /9\s*\/ 648/);
    assert.match(await player.innerText(), /product 9 of 9/);

    // An impossible value is refused with core's words, and nothing changes.
    await page.getByRole("slider", { name: "kernel" }).focus();
    await page.keyboard.press("End");
    await page.getByText("Not possible: kernelSize").waitFor();
    assert.equal(await page.getByRole("slider", { name: "kernel" }).inputValue(), "3");

    // A link gives the same state again.
    await page.waitForFunction(() => location.hash.includes("step=9"));
    const link = page.url();
    assert.match(link, /#explain\?problem=g4_ic4_ih5_oc8_kh3&cell=input-0-0-0-0&step=9$/);
    await page.goto("about:blank");
    await page.goto(link);
    await player.waitFor();
    assert.match(await player.innerText(), /9\s*\/ 648/);
    assert.equal(await slider.getAttribute("aria-valuetext"), "4: depthwise");

    // Wrong values in a link: a notice names them, and the values in their place.
    await page.goto("about:blank");
    await page.goto(`${url}#explain?problem=ic3_ih7&speed=fast&cell=output-0-900-0-0`);
    const notices = page.locator(".notices");
    await notices.getByText("oc is missing").waitFor();
    await notices.getByText(/speed to "fast".*"30" is used instead/).waitFor();
    // This notice is about the cell, and comes when the stages are known.
    await notices.getByText("The nearest one is shown").waitFor();

    await page.setViewportSize({ width: 360, height: 740 });
    // A canvas of another size begins empty.
    await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".drawn canvas");
      if (!canvas || canvas.clientWidth > 360) return false;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value) => value > 0);
    });
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await checkAccessible(page, "explain, dark, on a phone");
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `explain is ${overflow} pixels too wide at 360`);
  },
};
