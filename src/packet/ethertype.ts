import type { Headers, Unreadable } from "./headers.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { decodeIpv6 } from "./ipv6.ts";
import { decodeMpls } from "./mpls.ts";
import { uint16, uint32 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";
import { decodePppoe } from "./ppp.ts";

/** https://www.iana.org/assignments/ieee-802-numbers */
const EtherType = {
  IPV4: 0x0800,
  IPV6: 0x86dd,
  VLAN: 0x8100,
  SERVICE_VLAN: 0x88a8,
  OLD_QINQ: 0x9100,
  MPLS: 0x8847,
  MPLS_UPSTREAM: 0x8848,
  PPPOE_SESSION: 0x8864,
  /** IEEE 802.1BR's forerunner, of Cisco's and VMware's switches. */
  VN_TAG: 0x8926,
  /** IEEE 802.1ah: an instance tag, and then the customer's Ethernet header. */
  BACKBONE: 0x88e7,
} as const;

/** What is below is a length (IEEE 802.3, 3.2.6), and LLC follows. */
const FIRST_ETHERTYPE = 0x600;
/** RFC 1042: LLC that says SNAP, SNAP that says Ethernet, EtherType. */
const SNAP_OCTETS = 8;
const SNAP_OF_ETHERNET = [0xaaaa0300, 0x0000] as const;

/**
 * What follows an EtherType, or the protocol field of a cooked header. Any number of tags is taken off: each is four
 * octets of the packet or more, so there is no end to guard.
 */
export function decodeEtherType(etherType: number, bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  let next = etherType;
  for (let octets = tagOctets(next, bytes, headers); octets > 0; octets = tagOctets(next, bytes, headers)) {
    const absent = missing(headers, octets);
    if (absent !== undefined) return absent;
    next = uint16(bytes, headers.payloadStart + octets - 2);
    takeHeader(headers, octets);
  }
  switch (next) {
    case EtherType.IPV4:
      return decodeIpv4(bytes, headers);
    case EtherType.IPV6:
      return decodeIpv6(bytes, headers);
    case EtherType.MPLS:
    case EtherType.MPLS_UPSTREAM:
      return decodeMpls(bytes, headers);
    case EtherType.PPPOE_SESSION:
      return decodePppoe(bytes, headers);
    default:
      return "not-ip";
  }
}

/** How many octets stand between this EtherType, or length, and the next EtherType, which is the last two of them; 0 where none follows. */
function tagOctets(etherType: number, bytes: Uint8Array, headers: Headers): number {
  if (etherType < FIRST_ETHERTYPE) return isSnap(bytes, headers) ? SNAP_OCTETS : 0;
  switch (etherType) {
    case EtherType.VLAN:
    case EtherType.SERVICE_VLAN:
    case EtherType.OLD_QINQ:
      return 4;
    case EtherType.VN_TAG:
      return 6;
    case EtherType.BACKBONE:
      return 18;
    default:
      return 0;
  }
}

function isSnap(bytes: Uint8Array, headers: Headers): boolean {
  if (missing(headers, SNAP_OCTETS) !== undefined) return false;
  const start = headers.payloadStart;
  return uint32(bytes, start) === SNAP_OF_ETHERNET[0] && uint16(bytes, start + 4) === SNAP_OF_ETHERNET[1];
}
