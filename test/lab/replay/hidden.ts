import { LinkType } from "../../../src/capture/link-type.ts";
import { type ReadPacket, readWhole } from "../../capture/savefile-bytes.ts";

/** Of an Ethernet frame: what stands between its addresses and the IP packet, and the packet. */
type Hide = (ip: readonly number[], version: 4 | 6) => readonly number[];

/** Three tags: the kernel takes the outer one off what it receives. */
const behindTags: Hide = (ip, version) => [
  0x88,
  0xa8,
  0,
  5,
  0x81,
  0,
  0,
  6,
  0x81,
  0,
  0,
  7,
  ...etherType(version),
  ...ip,
];
const behindLabel: Hide = (ip) => [0x88, 0x47, 0, 1, 1, 64, ...ip];
const behindLabels: Hide = (ip) => [0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64, ...ip];
const inSession: Hide = (ip, version) => [
  0x88,
  0x64,
  0x11,
  0,
  0,
  5,
  ...be16(ip.length + 2),
  0,
  pppProtocol(version),
  ...ip,
];

/** RFC 4302: 24 octets, between the IP header of twenty and what it carried. */
const authenticated: Hide = (ip, version) => {
  const header = ip.slice(0, 20);
  const authentication = [header[9]!, 4, ...Array.from({ length: 22 }, () => 0)];
  header[9] = 51;
  header.splice(2, 2, ...be16(((ip[2]! << 8) | ip[3]!) + authentication.length));
  return [...etherType(version), ...header, ...authentication, ...ip.slice(20)];
};

/** Captures of Ethernet, and what is put before the IP packets of each. */
const hiding: Readonly<Record<string, Hide>> = {
  "retransmissions.pcap": behindTags,
  "log4shell-rmi.pcap": behindLabel,
  "log4shell-ldap.pcap": behindLabels,
  "http-over-ipv6.pcap": inSession,
  "postgresql-app.pcap": authenticated,
};

/** The IP packets of five captures, one after the other, those of each behind another header in which libpcap does not look. */
export async function hiddenPackets(folder: string): Promise<readonly ReadPacket[]> {
  const all: ReadPacket[] = [];
  for (const [name, hide] of Object.entries(hiding)) {
    const { packets } = await readWhole(folder + name);
    for (const packet of packets) all.push({ ...packet, linkType: LinkType.ETHERNET, octets: hidden(packet, hide) });
  }
  return all;
}

function hidden({ octets }: ReadPacket, hide: Hide): readonly number[] {
  const type = (octets[12]! << 8) | octets[13]!;
  if (type !== 0x0800 && type !== 0x86dd) return octets;
  return [...octets.slice(0, 12), ...hide(octets.slice(14), type === 0x0800 ? 4 : 6)];
}

function etherType(version: 4 | 6): readonly number[] {
  return version === 4 ? [0x08, 0x00] : [0x86, 0xdd];
}

function pppProtocol(version: 4 | 6): number {
  return version === 4 ? 0x21 : 0x57;
}

function be16(value: number): readonly number[] {
  return [value >> 8, value & 0xff];
}
