import { decodeCiscoHdlc } from "./cisco-hdlc.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { missing } from "./payload.ts";
import { decodePpp } from "./ppp.ts";

/** RFC 1547, 4.3.1: the first octet of Cisco's framing; as PPP's protocols they are not to be had. */
const CISCO_UNICAST = 0x0f;
const CISCO_BROADCAST = 0x8f;

/** https://www.tcpdump.org/linktypes/LINKTYPE_PPP_HDLC.html: PPP, or Cisco's framing, which captures have under LINKTYPE_PPP too. */
export function decodeHdlc(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, 1);
  if (absent !== undefined) return absent;
  const first = bytes[headers.payloadStart]!;
  const isCisco = first === CISCO_UNICAST || first === CISCO_BROADCAST;
  return isCisco ? decodeCiscoHdlc(bytes, headers) : decodePpp(bytes, headers);
}
