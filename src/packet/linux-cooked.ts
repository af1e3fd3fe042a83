/** What Linux gives in place of a link-layer header where packets come from several interfaces, or from one without. */
import { decodeEtherType } from "./ethertype.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { uint16 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

const VERSION_1_OCTETS = 16;
const VERSION_2_OCTETS = 20;

/** https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html; the protocol comes last. */
export function decodeLinuxCooked1(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, VERSION_1_OCTETS);
  if (absent !== undefined) return absent;
  const protocol = uint16(bytes, headers.payloadStart + 14);
  takeHeader(headers, VERSION_1_OCTETS);
  return decodeEtherType(protocol, bytes, headers);
}

/** https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html; the protocol comes first. */
export function decodeLinuxCooked2(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, VERSION_2_OCTETS);
  if (absent !== undefined) return absent;
  const protocol = uint16(bytes, headers.payloadStart);
  takeHeader(headers, VERSION_2_OCTETS);
  return decodeEtherType(protocol, bytes, headers);
}
