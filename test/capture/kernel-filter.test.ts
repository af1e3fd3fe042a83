import t from "tap";
import { kernelFilter } from "../../src/capture/kernel-filter.ts";
import { LinkType } from "../../src/capture/link-type.ts";
import { decode } from "../../src/packet/decode.ts";
import { Headers, Protocol } from "../../src/packet/headers.ts";
import { soundCaptures } from "../fuzz/captures.ts";
import { framesOf } from "../fuzz/fuzz-packets.ts";
import { be16, concat, ethernet, frameOf, ipv4, ipv6 } from "../packet/packet-bytes.ts";
import { type BpfProgram, compileBpf, hasTcpdump, runBpf } from "./bpf.ts";
import { type Transport, transports } from "./transports.ts";

t.setTimeout(120_000);
const skip = hasTcpdump ? false : "no tcpdump here to compile filters";

const programs = new Map<number, BpfProgram>();
function program(linkType: number): BpfProgram {
  const names: Readonly<Record<number, string>> = {
    [LinkType.NULL]: "NULL",
    [LinkType.ETHERNET]: "EN10MB",
    [LinkType.RAW]: "RAW",
    [LinkType.LINUX_SLL]: "LINUX_SLL",
    [LinkType.LINUX_SLL2]: "LINUX_SLL2",
  };
  const known = programs.get(linkType) ?? compileBpf(kernelFilter, names[linkType] ?? `${linkType}`);
  programs.set(linkType, known);
  return known;
}

function passes(linkType: number, bytes: Uint8Array): boolean {
  return runBpf(program(linkType), bytes).passes;
}

const SYN_FIN_RST = 0x07;
const OPENING_CHUNKS = new Set([1, 2, 6, 7, 14]);
const TUNNEL_PORTS = new Set([4789, 8472, 6081, 51820, 51821, 51871]);
const headers = new Headers();

/** What the kernel is to copy, as the decoder sees it. */
function isWanted(linkType: number, bytes: Uint8Array): boolean {
  if (decode(frameOf(linkType, bytes), headers) !== undefined) return false;
  const { protocol, tcpFlags, sourcePort, destinationPort, payloadLength, sctpChunkType, icmpType } = headers;
  switch (protocol) {
    case Protocol.TCP:
      return (tcpFlags & SYN_FIN_RST) !== 0 || (sourcePort === 53 && payloadLength > 0);
    case Protocol.UDP:
      return !TUNNEL_PORTS.has(sourcePort) && !TUNNEL_PORTS.has(destinationPort);
    case Protocol.SCTP:
      return OPENING_CHUNKS.has(sctpChunkType);
    default:
      return icmpType === (protocol === Protocol.ICMP ? 3 : 1);
  }
}

/** Of the kinds that the filter looks into less closely it may also let through what is no bulk data. */
function isBulk(): boolean {
  const { protocol, tcpFlags, sourcePort, destinationPort, sctpChunkType } = headers;
  if (protocol === Protocol.TCP) return (tcpFlags & SYN_FIN_RST) === 0 && sourcePort !== 53;
  if (protocol === Protocol.UDP) return TUNNEL_PORTS.has(destinationPort);
  return protocol === Protocol.SCTP ? sctpChunkType === 0 || sctpChunkType === 3 : true;
}

type Wrap = (version: 4 | 6, packet: Uint8Array) => Uint8Array;
const etherType = { 4: 0x0800, 6: 0x86dd };
const cooked: Wrap = (version, packet) =>
  concat([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], be16(etherType[version]), packet);
const onEthernet: Wrap = (version, packet) => ethernet(etherType[version], packet);
const bare: Wrap = (_version, packet) => packet;
const plainLinks: readonly (readonly [number, Wrap])[] = [
  [LinkType.ETHERNET, onEthernet],
  [LinkType.LINUX_SLL, cooked],
  [LinkType.RAW, bare],
];

function ofVersion(version: 4 | 6): readonly Transport[] {
  return transports.filter((each) => (each.version ?? version) === version);
}

await t.test(
  "of the packets of captures those pass that open, close or refuse a connection, and UDP",
  { skip },
  async (t) => {
    const seen = { passing: 0, staying: 0 };
    for (const { linkType, bytes } of await framesOf(soundCaptures)) {
      if (linkType === LinkType.ETHERNET && [0x8100, 0x88a8].includes((bytes[12]! << 8) | bytes[13]!)) continue; // two tags, see below
      const wanted = isWanted(linkType, bytes);
      seen[wanted ? "passing" : "staying"] += 1;
      if (passes(linkType, bytes) !== wanted) t.fail(`link type ${linkType}: ${Buffer.from(bytes).toString("hex")}`);
    }
    t.ok(seen.passing > 500 && seen.staying > 500, `${seen.passing} pass, ${seen.staying} don't`);
  },
);

await t.test("of plain packets exactly those pass, on every link layer", { skip }, async (t) => {
  for (const [linkType, wrap] of plainLinks) {
    for (const { name, protocol, octets } of ofVersion(4)) {
      const packet = wrap(4, ipv4(octets, { protocol }));
      t.equal(passes(linkType, packet), isWanted(linkType, packet), `${name} over IPv4, link type ${linkType}`);
      const withOptions = wrap(4, ipv4(octets, { protocol, options: [1, 1, 1, 0] }));
      t.equal(passes(linkType, withOptions), isWanted(linkType, withOptions), `${name} behind IPv4 options`);
    }
    for (const { name, protocol, octets } of ofVersion(6)) {
      const packet = wrap(6, ipv6(protocol, octets));
      t.equal(passes(linkType, packet), isWanted(linkType, packet), `${name} over IPv6, link type ${linkType}`);
    }
  }
});

await t.test("a first fragment passes as the whole would, and no later one", { skip }, async (t) => {
  for (const [linkType, wrap] of plainLinks) {
    for (const { name, protocol, octets } of ofVersion(4)) {
      const first = wrap(4, ipv4(octets, { protocol, fragment: 0x2000 }));
      t.equal(passes(linkType, first), isWanted(linkType, first), `${name}, first fragment`);
      t.notOk(passes(linkType, wrap(4, ipv4(octets, { protocol, fragment: 0x2001 }))), `${name}, a later fragment`);
    }
  }
  for (const { name, protocol, octets } of ofVersion(6)) {
    for (const offset of [8, 0xfff8]) {
      const later = onEthernet(6, ipv6(44, concat([protocol, 0], be16(offset), [0, 0, 0, 7], octets)));
      t.notOk(passes(LinkType.ETHERNET, later), `${name}, a later fragment over IPv6`);
    }
  }
});

/** Its payload; the next header is filled in. */
const extensions = {
  "hop-by-hop options": [0, [0, 0, 1, 4, 0, 0, 0, 0]],
  "long hop-by-hop options": [0, [0, 2, 1, 20, ...new Uint8Array(20)]],
  routing: [43, [0, 2, 4, 0, ...new Uint8Array(20)]],
  "destination options": [60, [0, 0, 1, 4, 0, 0, 0, 0]],
  "a fragment": [44, [0, 0, 0, 1, 0, 0, 0, 7]],
  "an atomic fragment": [44, [0, 0, 0, 0, 0, 0, 0, 7]],
} as const;

function extended(
  extension: keyof typeof extensions,
  next: number,
  payload: Uint8Array,
): readonly [number, Uint8Array] {
  const [number, octets] = extensions[extension];
  return [number, concat([next, ...octets.slice(1)], payload)];
}

await t.test("behind an IPv6 extension header the same pass, and no bulk data", { skip }, async (t) => {
  for (const extension of Object.keys(extensions) as (keyof typeof extensions)[]) {
    for (const [linkType, wrap] of plainLinks) {
      for (const { name, protocol, octets } of ofVersion(6)) {
        const packet = wrap(6, ipv6(...extended(extension, protocol, octets)));
        if (isWanted(linkType, packet)) t.ok(passes(linkType, packet), `${name} behind ${extension}`);
        else if (isBulk()) t.notOk(passes(linkType, packet), `${name} behind ${extension}`);
      }
    }
  }
});

await t.test("behind two IPv6 extension headers everything passes", { skip }, async (t) => {
  for (const outer of Object.keys(extensions) as (keyof typeof extensions)[]) {
    for (const { name, protocol, octets } of ofVersion(6)) {
      const packet = ipv6(...extended(outer, ...extended("destination options", protocol, octets)));
      if (isWanted(LinkType.RAW, packet)) t.ok(passes(LinkType.RAW, packet), `${name} behind ${outer} and options`);
    }
  }
});

await t.test("behind a VLAN tag that is still in place the same pass, and no bulk data", { skip }, async (t) => {
  const linkType = LinkType.ETHERNET;
  for (const tag of [0x8100, 0x88a8, 0x9100]) {
    const wrap: Wrap = (version, packet) => ethernet(tag, concat([0x20, 5], be16(etherType[version]), packet));
    for (const version of [4, 6] as const) {
      for (const { name, protocol, octets } of ofVersion(version)) {
        const packet = wrap(version, version === 4 ? ipv4(octets, { protocol }) : ipv6(protocol, octets));
        if (isWanted(linkType, packet)) t.ok(passes(linkType, packet), `${name}, IPv${version}`);
        else if (isBulk()) t.notOk(passes(linkType, packet), `${name}, IPv${version}`);
      }
    }
    const opening = ofVersion(4)[0]!.octets;
    t.ok(passes(linkType, wrap(4, ipv4(opening, { protocol: 6, options: [1, 1, 1, 0] }))), "a SYN behind IPv4 options");
    t.notOk(passes(linkType, wrap(4, ipv4(opening, { protocol: 6, fragment: 1 }))), "a later fragment");
    t.ok(passes(linkType, wrap(6, ipv6(...extended("routing", 6, opening)))), "a SYN behind an extension header");
  }
});

/** What is between the link layer and IP, by its version. */
const deep: Readonly<Record<string, readonly [etherType: number, before: (version: 4 | 6) => Uint8Array]>> = {
  "two VLAN tags": [0x88a8, (version) => concat([0, 5, 0x81, 0, 0x20, 6], be16(etherType[version]))],
  "two tags of one kind": [0x8100, (version) => concat([0, 5, 0x81, 0, 0x20, 6], be16(etherType[version]))],
  "a PPPoE session": [0x8864, (version) => concat([0x11, 0, 0, 5, 0, 42], version === 4 ? [0, 0x21] : [0, 0x57])],
  "a label": [0x8847, () => Uint8Array.of(0, 1, 1, 64)],
  "two labels": [0x8848, () => Uint8Array.of(0, 1, 0, 64, 0, 2, 1, 64)],
  "three labels": [0x8847, () => Uint8Array.of(0x45, 1, 0, 64, 0x45, 2, 0, 64, 0x45, 6, 1, 6)],
};

function isData({ protocol, tcpFlags }: Headers): boolean {
  return protocol === Protocol.TCP && (tcpFlags & SYN_FIN_RST) === 0;
}

await t.test("behind two tags, labels and PPPoE the same pass, but for DNS over TCP", { skip }, async (t) => {
  for (const [name, [type, before]] of Object.entries(deep)) {
    for (const version of [4, 6] as const) {
      for (const transport of ofVersion(version)) {
        const { protocol, octets } = transport;
        const ip = concat(before(version), version === 4 ? ipv4(octets, { protocol }) : ipv6(protocol, octets));
        const isWantedHere = isWanted(LinkType.ETHERNET, ethernet(type, ip));
        const isDataHere = isData(headers);
        const says = `${transport.name} behind ${name}, IPv${version}`;
        if (isWantedHere && !isDataHere) {
          t.ok(passes(LinkType.ETHERNET, ethernet(type, ip)), says);
          if (!name.includes("tag")) t.ok(passes(LinkType.LINUX_SLL, concat(new Uint8Array(14), be16(type), ip)), says);
        } else if (isDataHere && name !== "two labels" && name !== "three labels") {
          t.notOk(passes(LinkType.ETHERNET, ethernet(type, ip)), says);
        }
      }
    }
  }
});

await t.test("behind an Authentication header everything passes", { skip }, async (t) => {
  for (const [linkType, wrap] of plainLinks) {
    for (const version of [4, 6] as const) {
      for (const { name, protocol, octets } of ofVersion(version)) {
        const authenticated = concat([protocol, 4, 0, 0], new Uint8Array(20), octets);
        const ip = version === 4 ? ipv4(authenticated, { protocol: 51 }) : ipv6(51, authenticated);
        const packet = wrap(version, ip);
        if (isWanted(linkType, packet)) t.ok(passes(linkType, packet), `${name} behind AH, IPv${version}`);
      }
    }
  }
});

function steps(packet: Uint8Array): number {
  return runBpf(program(LinkType.ETHERNET), packet).steps;
}

await t.test("tags and extension headers cost a plain packet no instruction", { skip }, async (t) => {
  const [syn, data, datagram] = ["TCP with flags 2", "TCP with flags 10", "UDP"].map((wanted) =>
    transports.find(({ name }) => name === wanted)!,
  );
  // What the filter without them takes.
  t.ok(steps(onEthernet(4, ipv4(data!.octets))) <= 12);
  t.ok(steps(onEthernet(4, ipv4(syn!.octets))) <= 10);
  t.ok(steps(onEthernet(4, ipv4(datagram!.octets, { protocol: 17 }))) <= 25);
  t.ok(steps(onEthernet(6, ipv6(6, data!.octets))) <= 13);
  t.ok(steps(onEthernet(6, ipv6(6, syn!.octets))) <= 8);
  t.ok(steps(onEthernet(6, ipv6(17, datagram!.octets))) <= 24);
});
