/**
 * The part of the processor that this process may use if a container or a service limits it. The limits are those of
 * Linux's control groups, version 1 and 2 (https://docs.kernel.org/admin-guide/cgroup-v2.html, "cpu.max";
 * https://docs.kernel.org/scheduler/sched-bwc.html). The system stops a process that runs more threads than its quota
 * allows for a part of each period, all threads at once. Threads that wait for each other lose most by such stops.
 */

/** Returns a file's text; `undefined` where the file does not exist or may not be read. */
export type ReadText = (path: string) => string | undefined;

/**
 * The number of processors that this process may use, such as 0.5 or 4: the least limit of its group and the groups
 * above. `undefined`: no limit.
 */
export function cpuQuota(read: ReadText): number | undefined {
  const groups = ownGroups(read("/proc/self/cgroup") ?? "");
  const quotas = mounts(read("/proc/self/mountinfo") ?? "").flatMap(({ version, root, point }) => {
    const group = groups[version];
    if (group === undefined) return [];
    return upwards(below(root, group)).flatMap((path) => quotaOf[version](read, point + path) ?? []);
  });
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

type Version = "v1" | "v2";

/** The groups of this process: lines of `number:controllers:path`, where version 2 has number 0 and no controllers. */
function ownGroups(text: string): Readonly<Partial<Record<Version, string>>> {
  const groups: Partial<Record<Version, string>> = {};
  for (const line of text.split("\n")) {
    const [, number, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (number === "0" && controllers === "") groups.v2 = path!;
    else if (controllers?.split(",").includes("cpu")) groups.v1 = path!;
  }
  return groups;
}

interface Mount {
  readonly version: Version;
  /** The group that is at the mount point. */
  readonly root: string;
  /** The mount point. */
  readonly point: string;
}

/** The mount points of groups, from lines of `id parent device root point options ... - type source options`. */
function mounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line): readonly Mount[] => {
    const [mount, system] = line.split(" - ");
    if (mount === undefined || system === undefined) return [];
    const [, , , root, point] = mount.split(" ");
    const [type, , options] = system.split(" ");
    const isV1 = type === "cgroup" && options?.split(",").includes("cpu") === true;
    if (type !== "cgroup2" && !isV1) return [];
    return [{ version: isV1 ? "v1" : "v2", root: plain(root!), point: plain(point!) }];
  });
}

/** A path without its escapes: a space is `\040`. */
function plain(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * A group's path below the mount point. If the group is not below the mount's root, the path is of another namespace,
 * and the mount point itself is this process's group.
 */
function below(root: string, group: string): string {
  if (root === "/") return group;
  return group === root || group.startsWith(`${root}/`) ? group.slice(root.length) : "";
}

/** `/a/b`, `/a` and the empty path. */
function upwards(path: string): readonly string[] {
  const names = path.split("/").filter(Boolean);
  return [...names.keys(), names.length].map((count) =>
    names
      .slice(0, count)
      .map((name) => `/${name}`)
      .join(""),
  );
}

const quotaOf: Readonly<Record<Version, (read: ReadText, folder: string) => number | undefined>> = {
  v1: (read, folder) => ratio(read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)),
  v2: (read, folder) => ratio(...(read(`${folder}/cpu.max`) ?? "").trim().split(" ")),
};

/** The quota's share of the period, both in microseconds. A quota of `max` or -1 means no limit. */
function ratio(quota?: string, period?: string): number | undefined {
  const [q, p] = [Number(quota), Number(period)];
  return q > 0 && p > 0 ? q / p : undefined;
}
