/**
 * What `make fuzz` runs: broken packets and broken files by the million, from one seed that is told and can be given
 * again. `--packets`, `--files` and `--seconds` bound it; it ends with status 1 if the time was too short for all.
 */
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { captures, soundCaptures } from "./captures.ts";
import { framesOf, fuzzPackets } from "./fuzz-packets.ts";
import { fuzzSavefiles } from "./fuzz-savefiles.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(randomInt(1, 2 ** 31)) },
    packets: { type: "string", default: "10000000" },
    files: { type: "string", default: "5000" },
    seconds: { type: "string", default: "1800" },
  },
});
const seed = Number(values.seed);
const startMs = Date.now();
const deadlineMs = startMs + Number(values.seconds) * 1000;
const folder = mkdtempSync(join(tmpdir(), "weir-fuzz-"));

console.log(`fuzz: seed ${seed}; again with: make fuzz SEED=${seed}`);
const files = await fuzzSavefiles({ originals: captures, folder, seed, files: Number(values.files), deadlineMs });
console.log(`fuzz: ${files} times broken files read, ${elapsed()}`);
rmSync(folder, { recursive: true });
const originals = await framesOf(soundCaptures);
const packets = fuzzPackets({ originals, seed, packets: Number(values.packets), deadlineMs });
const mebibytes = Math.ceil(process.resourceUsage().maxRSS / 1024);
console.log(
  `fuzz: ${packets} broken packets of ${originals.length} whole ones, ${elapsed()}, ${mebibytes} MiB at most`,
);
if (packets < Number(values.packets)) {
  console.error(`fuzz: the ${values.seconds} seconds were too short for ${values.packets} packets`);
  process.exitCode = 1;
}

function elapsed(): string {
  return `${((Date.now() - startMs) / 1000).toFixed(0)} s`;
}
