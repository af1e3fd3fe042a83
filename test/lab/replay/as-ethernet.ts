import { LinkType } from "../../../src/capture/link-type.ts";
import { type PcapRecord, type ReadPacket, pcap } from "../../capture/savefile-bytes.ts";

/** So that a capture of minutes is over in seconds; what waits for a time is held to the same times in the file that was written meanwhile. */
const longestGapUs = 30_000;
const addresses = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
const EtherType = { IPV4: [0x08, 0x00], IPV6: [0x86, 0xdd] } as const;

/** Packets of any link type as a pcap file of Ethernet frames that tcpreplay can send, with `last` at its end. */
export function asEthernet(packets: readonly ReadPacket[], last: readonly number[]): Buffer {
  const records: PcapRecord[] = [];
  let timeUs = 1_000_000;
  let beforeUs = packets[0]?.timeUs ?? 0;
  for (const packet of packets) {
    timeUs += Math.min(Math.max(packet.timeUs - beforeUs, 0), longestGapUs);
    beforeUs = packet.timeUs;
    const octets = ethernetFrame(packet);
    if (octets !== undefined) records.push(at(timeUs, octets));
  }
  return pcap([...records, at(timeUs + longestGapUs, last)], { linkType: LinkType.ETHERNET });
}

function at(timeUs: number, octets: readonly number[]): PcapRecord {
  return { seconds: Math.floor(timeUs / 1e6), fraction: timeUs % 1e6, octets };
}

/** Undefined for what has no place on an Ethernet. */
function ethernetFrame({ linkType, octets }: ReadPacket): readonly number[] | undefined {
  switch (linkType) {
    case LinkType.ETHERNET:
      return octets;
    case LinkType.LINUX_SLL:
      return [...addresses, ...octets.slice(14)];
    case LinkType.LINUX_SLL2:
      return [...addresses, ...octets.slice(0, 2), ...octets.slice(20)];
    case LinkType.NULL:
    case LinkType.LOOP:
      return ipFrame(octets.slice(4));
    case LinkType.RAW:
    case LinkType.DLT_RAW:
    case LinkType.IPV4:
    case LinkType.IPV6:
      return ipFrame(octets);
    default:
      return undefined;
  }
}

function ipFrame(octets: readonly number[]): readonly number[] {
  return [...addresses, ...(octets[0]! >> 4 === 6 ? EtherType.IPV6 : EtherType.IPV4), ...octets];
}
