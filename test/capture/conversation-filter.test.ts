import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import t from "tap";
import { type Conversation, conversationFilter, FILTER_ROOM, roomOf } from "../../src/capture/conversation-filter.ts";
import { kernelFilter } from "../../src/capture/kernel-filter.ts";
import { mutedFilter } from "../../src/capture/mute-filter.ts";
import { sweepFilter } from "../../src/capture/sweep-filter.ts";
import { parseAddress } from "../../src/packet/address.ts";
import { be16, be32, concat, ethernet, ipv6, tcp, udp } from "../packet/packet-bytes.ts";
import { Random } from "../random.ts";
import { type BpfProgram, bpfText, compileBpf, hasTcpdump, runBpf } from "./bpf.ts";
import { transports } from "./transports.ts";

t.setTimeout(120_000);
const skip = hasTcpdump ? false : "no tcpdump here to compile filters";
const LINKS = ["EN10MB", "LINUX_SLL", "RAW"] as const;
type Link = (typeof LINKS)[number];
type Protocol = 6 | 17 | 132;

/** A packet from one end to another, `address port`. */
interface Packet {
  readonly link: Link;
  readonly protocol: Protocol;
  readonly from: string;
  readonly to: string;
}

const programs = new Map<string, BpfProgram>();

/** Compiled once for each link layer. */
function passes(filter: string, packet: Packet, bytes = bytesOf(packet)): boolean {
  return runsOn(filter, packet.link, bytes);
}

function runsOn(filter: string, link: Link, bytes: Uint8Array): boolean {
  const key = `${link} ${filter}`;
  const program = programs.get(key) ?? compileBpf(filter, link);
  programs.set(key, program);
  return runBpf(program, bytes).passes;
}

const SERVERS = { 4: "10.0.0.9 8125", 6: "2001:db8::9 8125" } as const;
const CLIENTS = { 4: "10.0.0.1 40000", 6: "2001:db8::1 40000" } as const;

function conversation(protocol: Protocol, a: string, b: string): Conversation {
  const [[addressA, portA], [addressB, portB]] = [endOf(a), endOf(b)];
  return { protocol, ends: [...addressA, ...addressB, portA, portB] };
}

function endOf(text: string): [Uint32Array, number] {
  const [ip = "", port] = text.split(" ");
  return [parseAddress(ip)!, Number(port)];
}

/** `later`: a fragment of it that has no ports, yet octets where they would be. */
function bytesOf({ link, protocol, from, to }: Packet, later = false): Uint8Array {
  const [[source, sourcePort], [destination, destinationPort]] = [endOf(from), endOf(to)];
  const rest = { 6: tcp({ flags: 0x10 }), 17: udp(new Uint8Array(40)), 132: sctpData }[protocol].subarray(4);
  const transport = concat(be16(sourcePort), be16(destinationPort), rest);
  const isIpv4 = from.includes(".");
  const packet = isIpv4
    ? concat(
        [0x45, 0],
        be16(20 + transport.length),
        [0, 0, 0, later ? 1 : 0, 64, protocol, 0, 0],
        be32(source[3]!),
        be32(destination[3]!),
        transport,
      )
    : concat(ipv6(protocol, transport).subarray(0, 8), words(source), words(destination), transport);
  if (link === "RAW") return packet;
  const etherType = isIpv4 ? 0x0800 : 0x86dd;
  return link === "EN10MB" ? ethernet(etherType, packet) : concat(new Uint8Array(14), be16(etherType), packet);
}

const sctpData = concat(be16(1), be16(2), be32(7), be32(0), [0, 3, 0, 20], new Uint8Array(16));

function words(address: Uint32Array): number[] {
  return [...address].flatMap((word) => be32(word));
}

/** One of each that differs from the conversation in one thing only. */
function others(packet: Packet): readonly Packet[] {
  const isIpv4 = packet.from.includes(".");
  const [client, clientPort] = packet.from.split(" ");
  const [server, serverPort] = packet.to.split(" ");
  const near = (ip: string): readonly string[] =>
    isIpv4
      ? [ip.replace(/\d+$/u, "77"), ip.replace(/^10/u, "11")]
      : [0, 1, 2, 3].map((word) => {
          const groups = ip === "2001:db8::1" ? [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1] : [0x2001, 0xdb8, 0, 0, 0, 0, 0, 9];
          groups[2 * word + 1]! ^= 0x10;
          return groups.map((group) => group.toString(16)).join(":");
        });
  return [
    ...near(client!).map((ip) => ({ ...packet, from: `${ip} ${clientPort}` })),
    ...near(server!).map((ip) => ({ ...packet, to: `${ip} ${serverPort}` })),
    { ...packet, from: `${client} 40001` },
    { ...packet, to: `${server} 8126` },
    { ...packet, from: `${client} ${serverPort}`, to: `${server} ${clientPort}` },
    { ...packet, protocol: packet.protocol === 6 ? (17 as const) : (6 as const) },
  ];
}

function turned(packet: Packet): Packet {
  return { ...packet, from: packet.to, to: packet.from };
}

/** On every link layer, of both versions, each way. */
function packetsOf(protocols: readonly Protocol[]): readonly Packet[] {
  return LINKS.flatMap((link) =>
    ([4, 6] as const).flatMap((version) =>
      protocols.flatMap((protocol) => {
        const packet: Packet = { link, protocol, from: CLIENTS[version], to: SERVERS[version] };
        return [packet, turned(packet)];
      }),
    ),
  );
}

/** Those of `packetsOf`, and one before them. */
function conversationsOf(protocols: readonly Protocol[]): readonly Conversation[] {
  const filler = conversation(17, "10.9.9.9 1", "10.8.8.8 2");
  const both = ([4, 6] as const).flatMap((version) =>
    protocols.map((protocol) => conversation(protocol, CLIENTS[version], SERVERS[version])),
  );
  return [filler, ...both];
}

await t.test(
  "a conversation's filter takes its packets, both ways, and none that differs in anything",
  { skip },
  async (t) => {
    for (const protocol of [6, 17, 132] as const) {
      const filter = conversationFilter(conversationsOf([protocol]))!;
      for (const packet of packetsOf([protocol])) {
        t.ok(passes(filter, packet), JSON.stringify(packet));
        for (const other of others(packet)) t.notOk(passes(filter, other), JSON.stringify(other));
        if (packet.from.includes(".")) t.notOk(passes(filter, packet, bytesOf(packet, true)), "a later fragment");
      }
    }
  },
);

await t.test("of many conversations each is told from all others", { skip }, async (t) => {
  const ends = Array.from(
    { length: 18 },
    (_, n) => [`10.0.0.${n % 3} ${40_000 + (n % 2)}`, `10.0.1.${n} 8125`] as const,
  );
  const program = compileBpf(conversationFilter(ends.map(([a, b]) => conversation(17, a, b)))!, "EN10MB");
  const link = "EN10MB";
  for (const [from] of ends) {
    for (const [, to] of ends) {
      const isOne = ends.some(([a, b]) => a === from && b === to);
      t.equal(runBpf(program, bytesOf({ link, protocol: 17, from, to })).passes, isOne, `${from} ${to}`);
      t.equal(runBpf(program, bytesOf({ link, protocol: 17, from: to, to: from })).passes, isOne, `${to} ${from}`);
    }
  }
});

await t.test(
  "a muted conversation's datagrams do not pass, and what passed beside them still does",
  { skip },
  async (t) => {
    const muted = mutedFilter(kernelFilter, conversationsOf([17]));
    for (const packet of packetsOf([17])) {
      t.ok(passes(kernelFilter, packet));
      t.notOk(passes(muted, packet), JSON.stringify(packet));
      for (const other of others(packet))
        t.equal(passes(muted, other), passes(kernelFilter, other), JSON.stringify(other));
    }
    t.equal(mutedFilter(kernelFilter, []), kernelFilter);
  },
);

await t.test("a sweep takes all TCP and SCTP that the main session does not, and nothing else", { skip }, async (t) => {
  const sweep = sweepFilter(kernelFilter, []);
  for (const link of LINKS)
    for (const version of [4, 6] as const) {
      for (const { name, protocol, octets, version: only = version } of transports) {
        if (only !== version) continue;
        const bytes = withTransport(link, version, protocol, octets);
        const isMissed = (protocol === 6 || protocol === 132) && !runsOn(kernelFilter, link, bytes);
        t.equal(runsOn(sweep, link, bytes), isMissed, `${name}, ${link} IPv${version}`);
      }
    }
});

function withTransport(link: Link, version: 4 | 6, protocol: number, octets: Uint8Array): Uint8Array {
  const whole = bytesOf({ link, protocol: 6, from: CLIENTS[version], to: SERVERS[version] });
  const start = { EN10MB: 14, LINUX_SLL: 16, RAW: 0 }[link];
  const bytes = concat(whole.subarray(0, start + (version === 4 ? 20 : 40)), octets);
  bytes[start + (version === 4 ? 9 : 6)] = protocol;
  const length = start + (version === 4 ? 2 : 4);
  bytes.set(be16(octets.length + (version === 4 ? 20 : 0)), length);
  return bytes;
}

await t.test("a sweep takes TCP and SCTP behind an extension header and a VLAN tag too", { skip }, async (t) => {
  const sweep = sweepFilter(kernelFilter, []);
  for (const [protocol, data, isStream] of [
    [6, tcp({ payload: new Uint8Array(9) }), true],
    [132, sctpData, true],
    [17, udp(new Uint8Array(9)), false],
  ] as const) {
    const extended = ethernet(0x86dd, ipv6(0, concat([protocol, 0, 1, 4, 0, 0, 0, 0], data)));
    const version6 = ethernet(0x8100, concat([0, 5, 0x86, 0xdd], ipv6(protocol, data)));
    const version4 = ethernet(0x8100, concat([0, 5], withTransport("EN10MB", 4, protocol, data).subarray(12)));
    const label = ethernet(0x8847, concat([0, 1, 1, 64], ipv6(protocol, data)));
    const session = ethernet(0x8864, concat([0x11, 0, 0, 5, 0, 42, 0, 0x57], ipv6(protocol, data)));
    const tags = ethernet(0x88a8, concat([0, 5, 0x81, 0, 0, 5, 0x86, 0xdd], ipv6(protocol, data)));
    for (const bytes of [label, session, tags]) t.equal(runsOn(sweep, "EN10MB", bytes), protocol === 6, `${protocol}`);
    for (const bytes of [extended, version6, version4])
      t.equal(runsOn(sweep, "EN10MB", bytes), isStream, `${protocol}`);
  }
});

await t.test("a sweep leaves out the heavy conversations, both ways, and no other", { skip }, async (t) => {
  const all = sweepFilter(kernelFilter, []);
  for (const protocol of [6, 132] as const) {
    const rest = sweepFilter(kernelFilter, conversationsOf([protocol]));
    for (const packet of packetsOf([protocol])) {
      t.ok(passes(all, packet));
      t.notOk(passes(rest, packet), JSON.stringify(packet));
      for (const other of others(packet)) t.equal(passes(rest, other), passes(all, other), JSON.stringify(other));
    }
  }
});

/** What a socket holds at most by default before Linux 6.8; 256 less for what else it has. */
const OPTMEM_OCTETS = 20_480 - 256;
const hasPython = spawnSync("python3", ["--version"]).status === 0;

await t.test(
  "the largest filters fit into what a socket of an older kernel holds",
  { skip: hasTcpdump && hasPython && process.platform === "linux" ? false : "needs tcpdump, python3 and Linux" },
  async (t) => {
    const random = new Random(1);
    const any = (): number => random.below(2 ** 32);
    const address = { 4: () => [0, 0, 0xffff, any()], 6: () => [any(), any(), any(), any()] };
    const filled = (version: 4 | 6, protocol: number): readonly Conversation[] => {
      const one = (n: number): Conversation => ({
        protocol,
        ends: [...address[version](), ...address[version](), 40_000 + n, n],
      });
      return Array.from({ length: FILTER_ROOM / roomOf(one(0)) }, (_, n) => one(n));
    };
    const filters = ([4, 6] as const).flatMap((version) => [
      mutedFilter(kernelFilter, filled(version, 17)),
      sweepFilter(kernelFilter, filled(version, 6)),
    ]);
    for (const octets of octetsInKernel(filters)) t.ok(octets > 10_000 && octets < OPTMEM_OCTETS, `${octets} octets`);
  },
);

function octetsInKernel(filters: readonly string[]): readonly number[] {
  const script = fileURLToPath(new URL("filter-octets.py", import.meta.url));
  const input = filters.map((filter) => bpfText(filter, "EN10MB")).join("");
  const { stdout, stderr } = spawnSync("python3", [script], { input, encoding: "utf8" });
  const octets = stdout.trim().split("\n").map(Number);
  if (octets.length !== filters.length) throw new Error(stderr);
  return octets;
}
