import { describe, expect, it } from "vitest";
import { cpuQuota } from "./cpu-quota.js";
import { withinQuota } from "./thread.js";

const V2 = "30 23 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate";
const V1 = "33 32 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct";
const OTHERS = [
  "23 1 8:1 / / rw,relatime - ext4 /dev/root rw",
  "34 32 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset",
  "35 32 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
];

/** What the quota is in a file system with these files. */
function quotaWith(group: string, mounts: readonly string[], files: Readonly<Record<string, string>>) {
  const all: Readonly<Record<string, string>> = {
    "/proc/self/cgroup": `${group}\n`,
    "/proc/self/mountinfo": `${[...OTHERS, ...mounts].join("\n")}\n`,
    ...files,
  };
  return cpuQuota((path) => all[path]);
}

describe("cpuQuota", () => {
  it("is undefined without control groups, as on systems other than Linux", () => {
    expect(cpuQuota(() => undefined)).toBeUndefined();
  });

  it.each([
    [
      "half a processor, in a container with a namespace of its own",
      "0::/",
      { "/sys/fs/cgroup/cpu.max": "50000 100000\n" },
      0.5,
    ],
    ["four, with a period of its own", "0::/", { "/sys/fs/cgroup/cpu.max": "1000000 250000\n" }, 4],
    ["none", "0::/", { "/sys/fs/cgroup/cpu.max": "max 100000\n" }, undefined],
    ["none that can be read", "0::/", {}, undefined],
    [
      "that of a service",
      "0::/system.slice/web.service",
      { "/sys/fs/cgroup/system.slice/web.service/cpu.max": "150000 100000\n" },
      1.5,
    ],
    [
      "that of the slice above, which is less",
      "0::/system.slice/web.service",
      {
        "/sys/fs/cgroup/system.slice/web.service/cpu.max": "800000 100000\n",
        "/sys/fs/cgroup/system.slice/cpu.max": "200000 100000\n",
      },
      2,
    ],
  ])("of version 2: %s", (_, group, files, expected) => {
    expect(quotaWith(group, [V2], files as Record<string, string>)).toBe(expected);
  });

  const v1 = (folder: string, quota: string) => ({
    [`${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
    [`${folder}/cpu.cfs_period_us`]: "100000\n",
  });

  it.each([
    ["half a processor", "4:cpu,cpuacct:/\n3:memory:/", V1, v1("/sys/fs/cgroup/cpu,cpuacct", "50000"), 0.5],
    ["none", "4:cpu,cpuacct:/", V1, v1("/sys/fs/cgroup/cpu,cpuacct", "-1"), undefined],
    ["that of a group", "4:cpuacct,cpu:/a/b", V1, v1("/sys/fs/cgroup/cpu,cpuacct/a/b", "300000"), 3],
    [
      "in a container without a namespace, whose mount is its own group",
      "4:cpu,cpuacct:/docker/3f2a",
      V1.replace(" / ", " /docker/3f2a "),
      v1("/sys/fs/cgroup/cpu,cpuacct", "50000"),
      0.5,
    ],
    [
      "in a group below that",
      "4:cpu,cpuacct:/docker/3f2a/inner",
      V1.replace(" / ", " /docker/3f2a "),
      v1("/sys/fs/cgroup/cpu,cpuacct/inner", "70000"),
      0.7,
    ],
    [
      "where the group's path means nothing in here",
      "4:cpu,cpuacct:/kubepods/pod1",
      V1.replace(" / ", " /other "),
      v1("/sys/fs/cgroup/cpu,cpuacct", "250000"),
      2.5,
    ],
    [
      "at a mount point with a space in it",
      "4:cpu,cpuacct:/",
      V1.replace("/sys/fs/cgroup/cpu,cpuacct", String.raw`/mnt/control\040groups`),
      v1("/mnt/control groups", "50000"),
      0.5,
    ],
  ])("of version 1: %s", (_, group, mount, files, expected) => {
    expect(quotaWith(group, [mount], files)).toBe(expected);
  });

  it("of both versions side by side is the smaller of the two", () => {
    const both = { ...v1("/sys/fs/cgroup/cpu,cpuacct", "400000"), "/sys/fs/cgroup/unified/cpu.max": "max 100000\n" };
    const unified = V2.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified");
    expect(quotaWith("4:cpu,cpuacct:/\n0::/", [V1, unified], both)).toBe(4);
  });
});

describe("the default number of threads", () => {
  const allowed = (text: string) => (path: string) =>
    ({ "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": V2, "/sys/fs/cgroup/cpu.max": text })[path];

  it.each([
    ["as many as the quota feeds", 64, "400000 100000", 4],
    ["one for a part of a processor", 64, "50000 100000", 1],
    ["one more for a part that is left", 64, "150000 100000", 2],
    ["no more than there are processors", 8, "1600000 100000", 8],
    ["as many as there are processors, without a quota", 8, "max 100000", 8],
  ])("is %s", (_, parallelism, text, expected) => {
    expect(withinQuota(parallelism, allowed(text))).toBe(expected);
  });
});
