import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { PAGE_PEERS, servePeer } from "./page-peers.js";

const folder = mkdtempSync(join(tmpdir(), "convene-peers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (path: string, content: string): void => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
};
write("secret.js", "1");
write("litert/page/adapter.js", "adapter");
write("litert/page/other.js", "other");
write("litert/package.json", "{}");
write("litert/node_modules/@litertjs/core/wasm/a.wasm", "wasm");

const serve = (path: string) => servePeer(path, folder);

it("lists every library with its version, and the command that installs it", () => {
  const { peers } = JSON.parse(String(serve("list.json")!.content)) as { peers: { name: string }[] };
  expect(peers.map(({ name }) => name)).toEqual(Object.keys(PAGE_PEERS));
  expect(peers.find(({ name }) => name === "litert")).toMatchObject({ installed: true, version: "2.5.3" });
  expect(peers.find(({ name }) => name === "tfjs-webgl")).toMatchObject({
    installed: false,
    command: "npm run peers -- tfjs-webgl page",
  });
});

it("serves an adapter and its packages, and no other files", () => {
  expect(serve("litert/adapter.js")).toMatchObject({ type: "text/javascript", content: Buffer.from("adapter") });
  expect(serve("litert/modules/@litertjs/core/wasm/a.wasm")).toMatchObject({ type: "application/wasm" });
  for (const path of [
    "",
    "secret.js",
    "litert/package.json",
    "litert/other.js",
    "litert/../secret.js",
    "litert/modules/../../../secret.js",
    "litert/modules/../page/other.js",
    "litert/modules/none.js",
    "nobody/adapter.js",
    "constructor/adapter.js",
    "tfjs-webgl/adapter.js",
  ]) {
    expect(serve(path), path).toBeUndefined();
  }
});
