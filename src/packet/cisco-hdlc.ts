import { decodeEtherType } from "./ethertype.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { uint16 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

const HEADER_OCTETS = 4;

/** https://www.tcpdump.org/linktypes/LINKTYPE_C_HDLC.html: address, control, and an EtherType. */
export function decodeCiscoHdlc(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, HEADER_OCTETS);
  if (absent !== undefined) return absent;
  const etherType = uint16(bytes, headers.payloadStart + 2);
  takeHeader(headers, HEADER_OCTETS);
  return decodeEtherType(etherType, bytes, headers);
}
