/**
 * Reads every capture file below the folders that are named, with all that weir makes of it, and holds the number of
 * packets and the faults against Wireshark's capinfos. Prints what differs, then a summary; status 1 where something
 * crashed. Files are found by their names' endings, in whatever packages were unpacked there: scripts/odd-captures.sh.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import type { Frame } from "../../src/capture/frame.ts";
import { readSavefile } from "../../src/capture/savefile.ts";
import { SavefileFault } from "../../src/capture/savefile-fault.ts";
import { FlowTracker } from "../../src/flow/flow-tracker.ts";
import { lineOf } from "./line-of.ts";

const ENDINGS = /\.(pcap|pcapng|cap|ntar|dmp)(\.gz|\.zst)?$/iu;
/** Longer than any of them takes by far. */
const SLOW_MS = 20_000;

interface Reading {
  readonly packets: number;
  readonly fault: string | undefined;
}

interface Told {
  readonly packets: number | undefined;
  readonly isSound: boolean;
}

const tally = new Map<string, number>();
let harmed = 0;
for (const path of process.argv.slice(2).flatMap(capturesBelow)) {
  const startMs = Date.now();
  try {
    const ours = await read(path);
    const kind = compare(ours, capinfos(path));
    count(kind);
    if (kind.startsWith("DIFFERENT"))
      console.log(`${kind}: ${path}: ${ours.packets} packets, ${ours.fault ?? "sound"}`);
  } catch (error) {
    harmed += 1;
    console.log(`CRASH: ${path}:`, error);
  }
  if (Date.now() - startMs > SLOW_MS) console.log(`SLOW: ${path}: ${Date.now() - startMs} ms`);
}
for (const [kind, files] of [...tally].toSorted(([a], [b]) => (a < b ? -1 : 1))) console.log(`${files} files: ${kind}`);
process.exitCode = harmed === 0 ? 0 : 1;

function capturesBelow(folder: string): string[] {
  const entries = globSync("**/*", { cwd: folder, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && ENDINGS.test(entry.name))
    .map(({ parentPath, name }) => `${parentPath}/${name}`);
}

function count(kind: string): void {
  tally.set(kind, (tally.get(kind) ?? 0) + 1);
}

async function read(path: string): Promise<Reading> {
  const tracker = new FlowTracker({ seed: 1, emit: lineOf });
  let packets = 0;
  const add = (frame: Frame): void => {
    packets += 1;
    tracker.add(frame);
  };
  try {
    packets = await readSavefile(path, add);
    return { packets, fault: undefined };
  } catch (error) {
    if (!(error instanceof SavefileFault)) throw error;
    return { packets, fault: error.reason };
  } finally {
    tracker.finish();
  }
}

/** It says "at least" of a file that is cut off, and nothing of one that it can't open. */
function capinfos(path: string): Told {
  const { stdout, stderr } = spawnSync("capinfos", ["-c", "-M", "-r", "-T", path], { encoding: "utf8" });
  const packets = /\t>?(\d+)\s*$/u.exec(stdout)?.[1];
  return { packets: packets === undefined ? undefined : Number(packets), isSound: stderr === "" };
}

function compare(ours: Reading, theirs: Told): string {
  if (/compressed with|no pcap|not a pcap/u.test(ours.fault ?? "")) return "no pcap or pcapng, whatever the name says";
  if (/doesn't read link type/u.test(ours.fault ?? "")) return "of a link type that weir doesn't read";
  if (theirs.packets === undefined)
    return ours.fault === undefined ? "DIFFERENT (capinfos refuses)" : "refused by both";
  if (ours.packets !== theirs.packets) return "DIFFERENT (number of packets)";
  if ((ours.fault === undefined) !== theirs.isSound) return "DIFFERENT (fault)";
  return theirs.isSound ? "sound, as many packets" : "broken, as many packets before the fault";
}
