/**
 * `make chaos`: kills the agent and its capture at random moments under load, and does to the store whatever a disk can
 * do to it. Prints the table of docs/reliability.md, and ends with status 1 where anything was lost that must not be.
 * `--seed` gives the same choices again (not the same moments: those are the machine's), `--kills` fewer or more kills.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { damagedStores } from "./damaged-stores.ts";
import { deafDisk, diskRounds, fullDisk, readOnlyDisk, secondAgents, takenAway } from "./disk-rounds.ts";
import { fedRounds } from "./fed-rounds.ts";
import { liveRounds } from "./live-rounds.ts";
import { damageRow, diskRow, fedRow, liveRows, type Row, table } from "./report.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(randomInt(1, 2 ** 31)) },
    kills: { type: "string", default: "200" },
  },
});
const [seed, kills] = [Number(values.seed), Number(values.kills)];
const startMs = performance.now();
console.log(`chaos: seed ${seed}; again with: make chaos SEED=${seed}`);

/** Of all kills a fifth meet a real capture, and a quarter of those in a flood: they take longest. */
const live = Math.ceil(kills * 0.15);
const flooded = Math.ceil(kills * 0.05);
const tries = Math.ceil(kills / 50);
const rows: Row[] = [];

// Two at once: each waits most of the time, and the load of one is the other's disturbance.
const [fed, calm] = await Promise.all([
  fedRounds({ kills: kills - live - flooded, seed, onKills: (done) => say(`the agent was killed ${done} times`) }),
  liveRounds({ kills: live, seed, isFlooded: false }),
]);
say("capture and the agent were killed live");
rows.push(fedRow(fed), ...liveRows(calm, ""));
rows.push(...liveRows(await liveRounds({ kills: flooded, seed, isFlooded: true }), ", in a flood of SYNs"));
say("all kills are done");
for (const [name, trial] of [
  ["the disk is full", fullDisk],
  ["the disk refuses every write", deafDisk],
  ["the disk is read-only at the start", readOnlyDisk],
  ["the store is deleted while it is in use", takenAway],
] as const)
  rows.push(diskRow(name, await diskRounds(trial, tries, seed)));
rows.push(diskRow("a second agent on the same folder", await secondAgents(tries, seed)));
say("the disks are done");
rows.push(...damagedStores(kills, seed).map(damageRow));

console.log(`\n${table(rows)}`);
const faults = rows.flatMap((row) => row.faults.map((fault) => `${row.fault}: ${fault}`));
for (const fault of faults.slice(0, 50)) console.error(`chaos: ${fault}`);
say(faults.length === 0 ? "nothing was lost that must not be" : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);

function say(what: string): void {
  console.log(`chaos: ${what}, after ${Math.round((performance.now() - startMs) / 1000)} s`);
}
