import type { Headers, Unreadable } from "./headers.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { decodeIpv6 } from "./ipv6.ts";
import { decodeMpls } from "./mpls.ts";
import { uint16 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

/** https://www.iana.org/assignments/ppp-numbers */
const PppProtocol = { IPV4: 0x0021, IPV6: 0x0057, MPLS: 0x0281 } as const;

/** "All stations" and "unnumbered information", RFC 1662, 3.1; left out where both sides agreed to. */
const ADDRESS_AND_CONTROL = 0xff03;
const PPPOE_HEADER_OCTETS = 6;
/** Version 1, type 1, and the code of session data, RFC 2516, 4. */
const SESSION_DATA = 0x1100;

/** https://www.tcpdump.org/linktypes/LINKTYPE_PPP.html and LINKTYPE_PPP_HDLC.html. */
export function decodePpp(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, 2);
  if (absent !== undefined) return absent;
  if (uint16(bytes, headers.payloadStart) === ADDRESS_AND_CONTROL) takeHeader(headers, 2);
  return decodeProtocol(bytes, headers);
}

/** What follows Ethernet's header in a PPPoE session. */
export function decodePppoe(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, PPPOE_HEADER_OCTETS);
  if (absent !== undefined) return absent;
  if (uint16(bytes, headers.payloadStart) !== SESSION_DATA) return "not-ip";
  takeHeader(headers, PPPOE_HEADER_OCTETS);
  return decodeProtocol(bytes, headers);
}

function decodeProtocol(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const length = missing(headers, 1) ?? protocolOctets(bytes[headers.payloadStart]!);
  if (typeof length !== "number") return length;
  const absent = missing(headers, length);
  if (absent !== undefined) return absent;
  const start = headers.payloadStart;
  const protocol = length === 1 ? bytes[start]! : uint16(bytes, start);
  takeHeader(headers, length);
  if (protocol === PppProtocol.IPV4) return decodeIpv4(bytes, headers);
  if (protocol === PppProtocol.IPV6) return decodeIpv6(bytes, headers);
  return protocol === PppProtocol.MPLS ? decodeMpls(bytes, headers) : "not-ip";
}

/** The last octet of the field, and no other, is odd; so the first can be left out where it is 0 (RFC 1661, 2 and 6.5). */
function protocolOctets(first: number): 1 | 2 {
  return first % 2 === 1 ? 1 : 2;
}
