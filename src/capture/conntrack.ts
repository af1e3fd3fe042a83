import { open } from "node:fs/promises";
import { type ConntrackEntry, parseConntrackLine } from "./conntrack-entry.ts";

export interface ConntrackOptions {
  /** Whether to go on. */
  readonly onEntry: (entry: ConntrackEntry) => boolean;
  /** Called after each piece of some twenty entries, so that whoever takes them can catch its breath. */
  readonly afterPiece?: () => Promise<void> | undefined;
  readonly path?: string;
  readonly limits?: ConntrackLimits;
}

/** What one reading may cost. */
export interface ConntrackLimits {
  /** Lines looked at; a node's table holds 262,144 connections by default, and may be set to millions. */
  readonly maxLines: number;
  readonly maxMs: number;
}

export const defaultConntrackLimits: ConntrackLimits = { maxLines: 2_000_000, maxMs: 20_000 };

/** How a reading went: whole, cut off by a limit, or not at all and why. */
export interface ConntrackReading {
  readonly extent: "whole" | "part" | "none";
  readonly lines: number;
  /** Lines that were no entry with ports: ICMP, GRE, or a format that weir doesn't know. */
  readonly passedOver: number;
  readonly reason?: string;
}

const CONNTRACK_PATH = "/proc/net/nf_conntrack";
const READ_OCTETS = 64 * 1024;
/** The kernel's longest line is far shorter; what is longer is not this file. */
const MAX_LINE = 4_096;

/**
 * Reads the kernel's table of connections as a stream, in constant memory, and gives the event loop its turn
 * after each piece. The table changes while it is read, so that an entry may be told twice, or missed.
 * Needs to be root and no capability beside: the file is root's, mode 0440.
 */
export async function readConntrack(options: ConntrackOptions): Promise<ConntrackReading> {
  const { onEntry, limits = defaultConntrackLimits } = options;
  const counts = { lines: 0, passedOver: 0 };
  const onLine = (line: string): boolean => {
    counts.lines += 1;
    const entry = parseConntrackLine(line);
    if (entry === undefined) counts.passedOver += 1;
    const isWanted = entry === undefined || onEntry(entry);
    return isWanted && counts.lines < limits.maxLines;
  };
  try {
    const isWhole = await readLines(options, onLine);
    return { extent: isWhole ? "whole" : "part", ...counts };
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    return { extent: counts.lines > 0 ? "part" : "none", ...counts, reason: code };
  }
}

/** Line by line until `onLine` says that it is enough or time is up; whether it came to the end. */
async function readLines(options: ConntrackOptions, onLine: (line: string) => boolean): Promise<boolean> {
  const { path = CONNTRACK_PATH, limits = defaultConntrackLimits, afterPiece } = options;
  const file = await open(path);
  const buffer = Buffer.alloc(READ_OCTETS);
  const untilMs = performance.now() + limits.maxMs;
  let rest = "";
  try {
    while (performance.now() < untilMs) {
      const { bytesRead } = await file.read(buffer, 0, READ_OCTETS, null);
      if (bytesRead === 0) return rest === "" || onLine(rest);
      const lines = (rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
      rest = lines.pop()!.slice(0, MAX_LINE);
      if (!lines.every(onLine)) return false;
      await afterPiece?.();
    }
    return false;
  } finally {
    await file.close();
  }
}
