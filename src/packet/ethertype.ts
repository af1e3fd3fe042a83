import type { Headers, Unreadable } from "./headers.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { decodeIpv6 } from "./ipv6.ts";
import { decodeMpls } from "./mpls.ts";
import { uint16 } from "./octets.ts";
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
} as const;

const VLAN_TAG_OCTETS = 4;

/**
 * What follows an EtherType, or the protocol field of a cooked header. Any number of VLAN tags is taken off: each is
 * four octets of the packet, so there is no end to guard. A value below 0x600 is a length (IEEE 802.3) and LLC follows.
 */
export function decodeEtherType(etherType: number, bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  let next = etherType;
  while (isVlanTag(next)) {
    const absent = missing(headers, VLAN_TAG_OCTETS);
    if (absent !== undefined) return absent;
    next = uint16(bytes, headers.payloadStart + 2);
    takeHeader(headers, VLAN_TAG_OCTETS);
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

function isVlanTag(etherType: number): boolean {
  return etherType === EtherType.VLAN || etherType === EtherType.SERVICE_VLAN || etherType === EtherType.OLD_QINQ;
}
