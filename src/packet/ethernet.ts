import { decodeEtherType } from "./ethertype.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { uint16 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

/** Two addresses of six octets and the EtherType; IEEE 802.3, 3.1.1. */
const HEADER_OCTETS = 14;

export function decodeEthernet(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, HEADER_OCTETS);
  if (absent !== undefined) return absent;
  const etherType = uint16(bytes, headers.payloadStart + 12);
  takeHeader(headers, HEADER_OCTETS);
  return decodeEtherType(etherType, bytes, headers);
}
