/**
 * Packets of several savefiles as one stretch of traffic: in the order of their times, as far as those of each file are.
 * So captures of several nodes at the same time are put together, and parts of a rotated one stand in any order.
 */
import type { FrameSink } from "./frame.ts";
import { openSavefile } from "./savefile.ts";
import type { Savefile } from "./savefile.ts";
import { SavefileFault } from "./savefile-fault.ts";

export interface MergeOptions {
  readonly onProgress?: (path: string, readOctets: number, totalOctets: number | undefined) => void;
}

interface Part {
  readonly index: number;
  readonly path: string;
  /** Of the packet that is to be delivered next. */
  timeUs: number;
  /** Holds that packet. Undefined before its time: of a capture rotated into a thousand files, few are open at once. */
  savefile: Savefile | undefined;
}

/**
 * Hands the packets of all files to `onFrame`, and returns the faults at which files ended early, in the files' order.
 * Of each file that is open one packet is held, and of every other nothing.
 */
export async function readMerged(
  paths: readonly string[],
  onFrame: FrameSink,
  options: MergeOptions = {},
): Promise<readonly SavefileFault[]> {
  const merge = new Merge(paths, onFrame, options);
  try {
    await merge.run();
  } finally {
    merge.close();
  }
  return merge.faults();
}

class Merge {
  readonly #paths: readonly string[];
  readonly #onFrame: FrameSink;
  readonly #options: MergeOptions;
  readonly #faults: (SavefileFault | undefined)[] = [];
  /** Not delivered to their ends. */
  #parts: Part[] = [];

  constructor(paths: readonly string[], onFrame: FrameSink, options: MergeOptions) {
    this.#paths = paths;
    this.#onFrame = onFrame;
    this.#options = options;
  }

  async run(): Promise<void> {
    for (const [index, path] of this.#paths.entries()) {
      const part: Part = { index, path, timeUs: 0, savefile: undefined };
      if (await this.#guarded(part, () => this.#open(part))) this.#parts.push(part);
      if (this.#paths.length > 1) putAside(part);
    }
    for (let part = this.#earliest(); part !== undefined; part = this.#earliest()) {
      const next = part;
      if (!(await this.#guarded(next, () => this.#deliver(next)))) this.#parts.splice(this.#parts.indexOf(next), 1);
    }
  }

  faults(): SavefileFault[] {
    return this.#faults.filter((fault) => fault !== undefined);
  }

  close(): void {
    for (const part of this.#parts) part.savefile?.close();
  }

  /** False, and the file closed, where it has come to its end or to a fault. */
  async #guarded(part: Part, step: () => Promise<boolean>): Promise<boolean> {
    try {
      if (await step()) return true;
    } catch (error) {
      if (!(error instanceof SavefileFault)) throw error;
      this.#faults[part.index] = error;
    }
    part.savefile?.close();
    part.savefile = undefined;
    return false;
  }

  /** Reads the first packet; false if there is none. */
  async #open(part: Part): Promise<boolean> {
    const { onProgress } = this.#options;
    const { path } = part;
    part.savefile = openSavefile(path, onProgress && { onProgress: (read, total) => onProgress(path, read, total) });
    const hasPacket = await readOn(part.savefile);
    if (hasPacket) part.timeUs = part.savefile.frame.timeUs;
    return hasPacket;
  }

  /** The packets of this file until another's turn has come. False if it has ended. */
  async #deliver(part: Part): Promise<boolean> {
    if (part.savefile === undefined && !(await this.#open(part))) return false;
    const savefile = part.savefile!;
    const untilUs = this.#earliest(part)?.timeUs ?? Infinity;
    do {
      this.#onFrame(savefile.frame);
      if (!savefile.read() && !(await readOn(savefile))) return false;
    } while (savefile.frame.timeUs <= untilUs);
    part.timeUs = savefile.frame.timeUs;
    return true;
  }

  /** Whose next packet is the earliest, of all but this one. Of equals the first in order. */
  #earliest(except?: Part): Part | undefined {
    let earliest: Part | undefined;
    for (const part of this.#parts) {
      if (part !== except && (earliest === undefined || part.timeUs < earliest.timeUs)) earliest = part;
    }
    return earliest;
  }
}

/** Reads on to the next packet; false if there is none. */
async function readOn(savefile: Savefile): Promise<boolean> {
  while (await savefile.fill()) if (savefile.read()) return true;
  return false;
}

/** Until its time has come; a pipe can't be opened twice. */
function putAside(part: Part): void {
  if (part.savefile?.isRegularFile !== true) return;
  part.savefile.close();
  part.savefile = undefined;
}
