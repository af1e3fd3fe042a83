import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import t from "tap";
import { type ReadPacket, readWhole } from "../capture/savefile-bytes.ts";
import { captures } from "../cli/run.ts";
import { whyNoLaboratory } from "./network/laboratory.ts";
import { Cable } from "./replay/cable.ts";
import { hiddenPackets } from "./replay/hidden.ts";
import { replay } from "./replay/replay.ts";

t.setTimeout(180_000);
const atOnce = 3;

/** What differs live for good, and why: see docs/laboratory.md. */
const differing: ReadonlyMap<string, string> = new Map([
  ["vxlan-http.pcap", "live, a tunnel's outer packets are left out"],
]);

const missing = ["tcpreplay", "tcpdump"].filter((name) => spawnSync(name, ["--version"]).error !== undefined);
const skip =
  missing.length > 0 ? `${missing.join(" and ")} is not on this machine` : ((await whyNoLaboratory()) ?? false);

await t.test("a capture replayed live gives the records that its file gives", { skip }, async (t) => {
  const names = readdirSync(captures).filter((name) => /^(?!broken).*\.pcap(ng)?$/u.test(name));
  const left = names.values();
  const replayed = new Map<string, Awaited<ReturnType<typeof replay>>>();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const name of left) replayed.set(name, await replayOne(name));
    }),
  );
  for (const name of names) {
    const { live, file } = replayed.get(name)!;
    const reason = differing.get(name);
    if (reason === undefined) t.strictSame(live, file, `${name}: ${file.length} records`);
    else t.notSame(live, file, `${name}: ${reason}`);
  }
});

await t.test("live is seen what is behind tags, labels, PPPoE and Authentication headers", { skip }, async (t) => {
  const { live, file } = await replayAll(await hiddenPackets(captures));
  t.strictSame(live, file);
  const servers = new Set(live.filter(({ outcome }) => outcome === "established").map(({ server }) => server.port));
  t.strictSame(
    [...servers].sort((a, b) => a - b),
    [80, 1099, 1389, 4000, 5432, 8000, 8080, 8888],
  );
});

async function replayOne(name: string): ReturnType<typeof replay> {
  return replayAll((await readWhole(captures + name)).packets);
}

async function replayAll(packets: readonly ReadPacket[]): ReturnType<typeof replay> {
  const cable = await Cable.lay();
  try {
    return await replay(cable, packets);
  } finally {
    await cable.close();
  }
}
