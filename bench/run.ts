/**
 * What weir costs, against tcpdump, softflowd and argus, on the same replayed traffic in one run: `make bench`.
 * Packets go from one network namespace of its own to another. Prints the tables of docs/performance.md.
 * Words choose parts: bulk, short, stream, savefile, policies, users; all of them without.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kernelFilter } from "../src/capture/kernel-filter.ts";
import { listeners } from "./listeners.ts";
import { measure, type Measured, startCluster, type Traffic } from "./measure.ts";
import { makePlace } from "./place.ts";
import { showSavefile, showStream, showTraffic } from "./report.ts";
import { readSavefile } from "./savefile-speed.ts";
import { measureStream } from "./stream.ts";
import { writeBulk } from "./traffic/bulk.ts";
import { writeShortConnections } from "./traffic/short-connections.ts";

const BULK = { connections: 4, packets: 125_000, loops: 41, packetsPerSecond: 400_000 };
const SHORT = { connections: 300_000, perSecond: 10_000, packetsOfEach: 8 };
const PAIRS = 7;

const parts = process.argv.slice(2);
const isWanted = (part: string): boolean => parts.length === 0 || parts.includes(part);
const folder = mkdtempSync(join(tmpdir(), "weir-bench-"));
try {
  await run();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const weir = fileURLToPath(new URL("../bin/weir", import.meta.url));
  const kubeconfig = join(folder, "kubeconfig");
  const all = listeners({ weir, filter: kernelFilter, kubeconfig, folder });
  const traffics = makeTraffics();
  const place = await makePlace();
  try {
    await startCluster(place, kubeconfig);
    for (const [part, traffic] of traffics) {
      if (!isWanted(part)) continue;
      const measured: Measured[] = [];
      for (const listener of all) measured.push(await measure(place, listener, traffic));
      console.log(showTraffic(traffic, measured));
    }
    if (isWanted("stream")) console.log(showStream(await measureStream(place, all.at(-1)!, PAIRS)));
  } finally {
    await place.close();
  }
  if (isWanted("policies")) await import("./policies.ts");
  if (isWanted("users")) await import("./users.ts");
  if (!isWanted("savefile")) return;
  for (const [, { name, file, packets, loops }] of traffics) {
    console.log(showSavefile({ name, packets: packets / loops }, await readSavefile(weir, file)));
  }
}

function makeTraffics(): readonly (readonly [string, Traffic])[] {
  const bulk = join(folder, "bulk.pcap");
  const short = join(folder, "short.pcap");
  const { loops, packetsPerSecond } = BULK;
  const bulkPackets = writeBulk(bulk, BULK.connections, BULK.packets) * loops;
  const shortPackets = writeShortConnections(short, SHORT);
  const shortRate = SHORT.perSecond * SHORT.packetsOfEach;
  return [
    ["bulk", { name: "bulk data", file: bulk, loops, packetsPerSecond, packets: bulkPackets }],
    ["short", { name: "short connections", file: short, loops: 1, packetsPerSecond: shortRate, packets: shortPackets }],
  ];
}
