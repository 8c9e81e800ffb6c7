/** Files that a command writes. What was measured survives a crash; the file itself appears whole or not at all. */

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

/** A file while a command works on what goes into it. */
export interface SavedFile {
  /** Replaces what has been kept so far. Content is asked for only where there is a file. */
  update(content: () => string): void;
  /** Writes the whole to the file's own name. */
  finish(content: () => string): Promise<void>;
  /** Leaves nothing behind of what is not finished. */
  discard(): void;
}

const NO_FILE: SavedFile = { update: () => undefined, finish: async () => undefined, discard: () => undefined };

/**
 * A file to be written. Content goes to `path.partial` as it comes, which is renamed at the end; a link's target is
 * replaced and not the link, and a pipe or device is written to and not replaced. Without a path nothing is written.
 *
 * @param cwd the folder that a relative path begins in
 * @throws InputError at once if it cannot be written to, before anything has been measured in vain
 */
export function saveTo(path: string | undefined, cwd: string): SavedFile {
  if (path === undefined) return NO_FILE;
  return refusing(path, () => {
    const target = follow(path, cwd);
    const { stats } = target;
    if (stats?.isDirectory()) throw new Refusal("it is a folder");
    if (stats?.isBlockDevice() || (stats?.isSocket() && target.descriptor === undefined))
      throw new Refusal("it is no file");
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
  // Tried, and taken back: until something is known there is nothing to keep.
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
        // It is a precaution; `finish` says what is wrong.
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

/** A pipe, a terminal or another device; or what the process has open already, such as its standard output. */
function special(path: string, { path: target, descriptor, stats }: Target): SavedFile {
  return {
    ...NO_FILE,
    finish: async (content) => {
      try {
        // A file that is open already is written on, from where it stands.
        if (descriptor !== undefined && (stats?.isFile() || stats?.isSocket())) writeFileSync(descriptor, content());
        else await writeWaiting(target, content());
      } catch (cause) {
        // Whoever read has gone, and wants no more.
        if ((cause as NodeJS.ErrnoException).code !== "EPIPE") throw failure(path, cause);
      }
    },
  };
}

/** Waits for a reader, and for room, without blocking: Ctrl-C is heard in the meantime. */
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
  /** Where it stands for a file that the process has open. */
  readonly descriptor?: number;
  /** `undefined` where nothing is there yet. */
  readonly stats: Stats | undefined;
}

/** Where links lead. What stands for an open file, as `/dev/stdout` does, is not followed any further. */
function follow(path: string, cwd: string): Target {
  if (path === "") throw new Refusal("a name is missing");
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

/** Why a file is not written to. */
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
