import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import t from "tap";
import { captures } from "../cli/run.ts";
import { whyNoLaboratory } from "./network/laboratory.ts";
import { Cable } from "./replay/cable.ts";
import { type Told, replay } from "./replay/replay.ts";

t.setTimeout(180_000);
const atOnce = 3;

/** What differs live for good, and why: see docs/laboratory.md. */
const differing: ReadonlyMap<string, string> = new Map([
  ["vlan-qinq.pcap", "the kernel filter does not look behind a second VLAN tag"],
  ["vxlan-http.pcap", "live, a tunnel's outer packets are left out"],
]);

const dataOnly = "what proves it carries neither SYN, FIN nor RST: the kernel filter leaves it out";
/** What may differ as long as capture does not listen to all segments for a while. */
const undecided: ReadonlyMap<string, string> = new Map(
  [
    "cooked-v2.pcap",
    "ftp-over-ipv6.pcap",
    "log4shell-ldap.pcap",
    "nanosecond-handshake.pcap",
    "null-redis.pcap",
    "pcapng-eleven-interfaces.pcapng",
    "pods-udp-scan.pcap",
    "retransmissions.pcap",
    "postgresql-app.pcap",
    "sequence-corners.pcap",
  ].map((name) => [name, dataOnly]),
);

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
    const doubt = undecided.get(name);
    if (doubt !== undefined) t.strictSame(ends(live).difference(ends(file)), new Set(), `${name}: ${doubt}`);
    else if (reason === undefined) t.strictSame(live, file, `${name}: ${file.length} records`);
    else t.notSame(live, file, `${name}: ${reason}`);
  }
});

async function replayOne(name: string): ReturnType<typeof replay> {
  const cable = await Cable.lay();
  try {
    return await replay(cable, captures + name);
  } finally {
    await cable.close();
  }
}

/** Between whom there are records, whoever is the client. */
function ends(records: readonly Told[]): Set<string> {
  return new Set(
    records.map(({ protocol, client, server }) => [protocol, ...[client, server].map(text).sort()].join(" ")),
  );
}

function text({ ip, port }: Told["client"]): string {
  return `${ip} ${port}`;
}
