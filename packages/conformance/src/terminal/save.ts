/** Files that a command writes. Results so far survive a crash. The file itself appears only when it is complete. */

import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CommandError, InputError } from "../command-error.js";

/** A file whose content a command is still making. */
export interface SavedFile {
  /** Replaces the content that has been kept so far. `content` is called only if there is a file. */
  update(content: () => string): void;
  /** Writes the complete content to the file's own name. */
  finish(content: () => string): Promise<void>;
  /** Removes the content of a file that is not finished. */
  discard(): void;
}

const NO_FILE: SavedFile = { update: () => undefined, finish: async () => undefined, discard: () => undefined };

/**
 * A file to be written. Content so far goes to `path.partial`, which gets the file's own name at the end. If the path is a
 * link, its target is replaced, and not the link. A pipe or a device is written to, and not replaced. Without a path nothing is
 * written.
 *
 * @param cwd the folder in which a relative path begins
 * @throws InputError if the file cannot be written to. The error comes at once, so that no measurement is lost.
 */
export function saveTo(path: string | undefined, cwd: string): SavedFile {
  if (path === undefined) return NO_FILE;
  return refusing(path, () => {
    const target = follow(path, cwd);
    const { stats } = target;
    if (stats?.isDirectory()) throw new Refusal("it is a folder");
    if (stats?.isBlockDevice() || (stats?.isSocket() && target.descriptor === undefined))
      throw new Refusal("it is not a file");
    return stats === undefined || (stats.isFile() && target.descriptor === undefined)
      ? regular(path, target.path, stats?.mode)
      : special(path, target);
  });
}

/** @throws InputError if two outputs would be the same file */
export function checkApart(paths: Readonly<Record<string, string | undefined>>, cwd: string): void {
  const seen = new Map<string, string>();
  for (const [option, path] of Object.entries(paths)) {
    if (path === undefined) continue;
    const target = refusing(path, () => follow(path, cwd).path);
    for (const taken of [target, `${target}.partial`]) {
      const other = seen.get(taken);
      if (other !== undefined) throw new InputError(`${other} and ${option} would write to the same file (${path})`);
      seen.set(taken, option);
    }
  }
}

function regular(path: string, target: string, mode: number | undefined): SavedFile {
  const partial = `${target}.partial`;
  if (mode !== undefined) accessSync(target, constants.W_OK);
  const before = lstatSync(partial, { throwIfNoEntry: false });
  if (before && !before.isFile()) throw new Refusal(`${path}.partial is in the way`);
  // This tries to make the file, and removes it again, because there is no content yet.
  closeSync(openSync(partial, "a"));
  if (!before) rmSync(partial);
  let kept = false;
  const write = (content: string): void => {
    kept = true;
    writeFileSync(partial, content);
  };
  return {
    update: (content) => {
      try {
        write(content());
      } catch {
        // Content so far is a precaution. `finish` reports the error.
      }
    },
    finish: async (content) => {
      try {
        write(content());
        if (mode !== undefined) chmodSync(partial, mode & 0o7777);
        renameSync(partial, target);
        kept = false;
      } catch (cause) {
        throw failure(path, cause);
      }
    },
    discard: () => {
      if (kept) rmSync(partial, { force: true });
      kept = false;
    },
  };
}

/** A pipe, a terminal, another device, or a file that the process has open already, such as its standard output. */
function special(path: string, { path: target, descriptor, stats }: Target): SavedFile {
  return {
    ...NO_FILE,
    finish: async (content) => {
      try {
        // A file that is open already is written from its current position.
        if (descriptor !== undefined && (stats?.isFile() || stats?.isSocket())) writeFileSync(descriptor, content());
        else await writeWaiting(target, content());
      } catch (cause) {
        // The reader of the pipe has closed it, and wants no more.
        if ((cause as NodeJS.ErrnoException).code !== "EPIPE") throw failure(path, cause);
      }
    },
  };
}

/** Waits for a reader, and for room, without blocking the event loop, so that Ctrl-C still works. */
async function writeWaiting(path: string, content: string): Promise<void> {
  const retry = async <T>(code: string, pause: number, step: () => T): Promise<T> => {
    for (;;) {
      try {
        return step();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== code) throw error;
        await setTimeout(pause);
      }
    }
  };
  const file = await retry("ENXIO", 50, () => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length;) at += await retry("EAGAIN", 5, () => writeSync(file, bytes, at));
  } finally {
    closeSync(file);
  }
}

interface Target {
  readonly path: string;
  /** The descriptor, if the path stands for a file that the process has open. */
  readonly descriptor?: number;
  /** `undefined` if the path does not exist yet. */
  readonly stats: Stats | undefined;
}

/** Follows links to their target. A path that stands for an open file, such as `/dev/stdout`, is not followed further. */
function follow(path: string, cwd: string): Target {
  if (path === "") throw new Refusal("the name is empty");
  let at = resolve(cwd, path);
  for (let links = 0; links < 40; links++) {
    const descriptor = /^\/(?:dev|proc\/(?:self|\d+))\/fd\/(\d+)$/.exec(at)?.[1];
    if (descriptor !== undefined) {
      return { path: at, descriptor: Number(descriptor), stats: fstatSync(Number(descriptor)) };
    }
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (!stats?.isSymbolicLink()) return { path: at, stats };
    at = resolve(dirname(at), readlinkSync(at));
  }
  throw new Refusal("too many links");
}

/** The reason why a file cannot be written to. */
class Refusal extends Error {}

function refusing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new InputError(`cannot write to ${describe(path)} (${reasonOf(cause)})`, { cause });
  }
}

function failure(path: string, cause: unknown): CommandError {
  return new CommandError(`cannot write to ${describe(path)} (${reasonOf(cause)})`, { cause });
}

function describe(path: string): string {
  return path === "" ? '""' : path;
}

function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
