/** What reading /proc/net/nf_conntrack costs: a million entries of its text, from a file. */
import { mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConntrack } from "../src/capture/conntrack.ts";

const ENTRIES = 1_000_000;

const folder = mkdtempSync(join(tmpdir(), "weir-conntrack-"));
const path = join(folder, "nf_conntrack");
const file = openSync(path, "w");
for (let n = 0; n < ENTRIES; n += 1_000) {
  writeSync(file, Array.from({ length: 1_000 }, (_, at) => entry(n + at)).join(""));
}

let longestMs = 0;
let turnMs = performance.now();
const started = performance.now();
const reading = await readConntrack({
  path,
  onEntry: () => true,
  afterPiece: () => {
    longestMs = Math.max(longestMs, performance.now() - turnMs);
    turnMs = performance.now();
    return undefined;
  },
});
const seconds = (performance.now() - started) / 1000;
rmSync(folder, { recursive: true });
console.log(
  `${reading.lines} entries (${reading.extent}) in ${seconds.toFixed(1)} s, ` +
    `longest piece ${longestMs.toFixed(1)} ms, ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB at most`,
);

function entry(n: number): string {
  const client = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
  const port = 20_000 + (n % 40_000);
  return `ipv4     2 tcp      6 431998 ESTABLISHED src=${client} dst=10.96.0.10 sport=${port} dport=80 src=10.2.0.2 dst=10.2.0.1 sport=8080 dport=${port} [ASSURED] mark=0 zone=0 use=2\n`;
}
