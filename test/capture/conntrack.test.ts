import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import t from "tap";
import { readConntrack } from "../../src/capture/conntrack.ts";
import { type ConntrackEntry, parseConntrackLine } from "../../src/capture/conntrack-entry.ts";

// Recorded from Linux 6.18, save for what a line says it is made of.
const dnat =
  "ipv4     2 tcp      6 431998 ESTABLISHED src=10.1.0.2 dst=10.96.0.10 sport=40438 dport=80 src=10.2.0.2 dst=10.2.0.1 sport=8080 dport=40438 [ASSURED] mark=0 zone=0 use=2";
const ipv6 =
  "ipv6     10 tcp      6 431999 ESTABLISHED src=fd00:0001:0000:0000:0000:0000:0000:0002 dst=fd00:0002:0000:0000:0000:0000:0000:0002 sport=34868 dport=8080 src=fd00:0002:0000:0000:0000:0000:0000:0002 dst=fd00:0001:0000:0000:0000:0000:0000:0002 sport=8080 dport=34868 [ASSURED] mark=0 zone=0 use=2";
const unreplied =
  "ipv4     2 udp      17 28 src=10.1.0.2 dst=10.2.0.2 sport=53830 dport=9 [UNREPLIED] src=10.2.0.2 dst=10.2.0.1 sport=9 dport=53830 mark=0 zone=0 use=2";

await t.test("an entry tells who opened the connection, and through what NAT", async (t) => {
  t.strictSame(parseConntrackLine(dnat), {
    protocol: 6,
    state: "ESTABLISHED",
    isReplied: true,
    isAssured: true,
    original: { source: "10.1.0.2", destination: "10.96.0.10", sourcePort: 40438, destinationPort: 80 },
    reply: { source: "10.2.0.2", destination: "10.2.0.1", sourcePort: 8080, destinationPort: 40438 },
  });
});

await t.test("IPv6 addresses come in eight full groups", async (t) => {
  t.match(parseConntrackLine(ipv6), {
    original: { source: "fd00:0001:0000:0000:0000:0000:0000:0002", sourcePort: 34868, destinationPort: 8080 },
    reply: { source: "fd00:0002:0000:0000:0000:0000:0000:0002" },
  });
});

await t.test("a datagram that nobody answered is not replied; UDP has no state", async (t) => {
  t.match(parseConntrackLine(unreplied), { protocol: 17, state: "", isReplied: false, isAssured: false });
});

await t.test("counters, zones, marks and labels change nothing", async (t) => {
  const line =
    "ipv4     2 sctp     132 209 ESTABLISHED src=10.1.0.2 dst=10.2.0.2 sport=5000 dport=3868 zone-orig=3 packets=7 bytes=900 src=10.2.0.2 dst=10.1.0.2 sport=3868 dport=5000 zone-reply=4 packets=6 bytes=800 [ASSURED] mark=16384 secctx=system_u:object_r:unlabeled_t:s0 zone=5 delta-time=90 use=1";
  t.match(parseConntrackLine(line), {
    protocol: 132,
    state: "ESTABLISHED",
    isAssured: true,
    original: { source: "10.1.0.2", destinationPort: 3868 },
    reply: { source: "10.2.0.2", destination: "10.1.0.2", sourcePort: 3868, destinationPort: 5000 },
  });
});

await t.test("an offloaded connection shows neither timeout nor state, and is established", async (t) => {
  for (const word of ["[OFFLOAD]", "[HW_OFFLOAD]"]) {
    const line = dnat.replace(" 431998 ESTABLISHED", "").replace("[ASSURED]", word);
    t.match(parseConntrackLine(line), { protocol: 6, state: "ESTABLISHED", isAssured: true, isReplied: true });
  }
});

await t.test("what has no ports, or is no entry at all, is undefined", async (t) => {
  const ping =
    "ipv4     2 icmp     1 29 src=10.1.0.2 dst=10.2.0.2 type=8 code=0 id=4 src=10.2.0.2 dst=10.1.0.2 type=0 code=0 id=4 mark=0 zone=0 use=1";
  for (const line of [ping, "", "tcp", dnat.slice(0, 110)]) t.equal(parseConntrackLine(line), undefined);
});

await t.test("no text makes the parser throw", async () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(dnat.length), (text, at) => {
      parseConntrackLine(text);
      parseConntrackLine(dnat.slice(0, at) + text + dnat.slice(at));
    }),
  );
});

await t.test("the file is read as a stream, whole, and says what it passed over", async (t) => {
  const path = join(t.testdir(), "nf_conntrack");
  // More than one read's worth, so that lines are cut between reads.
  await writeFile(path, `${[dnat, ipv6, "no entry", unreplied].join("\n")}\n`.repeat(500));
  const entries: ConntrackEntry[] = [];
  const reading = await readConntrack({ path, onEntry: (entry) => entries.push(entry) > 0 });
  t.strictSame(reading, { extent: "whole", lines: 2_000, passedOver: 500 });
  t.equal(entries.length, 1_500);
  t.strictSame(entries.slice(-3), [dnat, ipv6, unreplied].map(parseConntrackLine));
});

await t.test("a reading that is cut off says that it is a part", async (t) => {
  const path = join(t.testdir(), "nf_conntrack");
  await writeFile(path, `${dnat}\n`.repeat(100));
  const limits = { maxLines: 10, maxMs: 60_000 };
  t.match(await readConntrack({ path, limits, onEntry: () => true }), { extent: "part", lines: 10 });
  t.match(await readConntrack({ path, onEntry: () => false }), { extent: "part", lines: 1 });
});

await t.test("where there is no such file, or no right to it, the reading says so", async (t) => {
  const path = join(t.testdir(), "missing");
  t.strictSame(await readConntrack({ path, onEntry: () => true }), {
    extent: "none",
    lines: 0,
    passedOver: 0,
    reason: "ENOENT",
  });
});
