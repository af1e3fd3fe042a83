import type { Headers, Unreadable } from "./headers.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { decodeIpv6 } from "./ipv6.ts";
import { uint32 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

const HEADER_OCTETS = 4;
const AF_INET = 2;

/**
 * BSD loopback, https://www.tcpdump.org/linktypes/LINKTYPE_NULL.html: the address family as the capturing machine
 * numbers it. NULL has it in that machine's byte order, LOOP in network order; families are small enough to tell.
 */
export function decodeLoopback(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, HEADER_OCTETS);
  if (absent !== undefined) return absent;
  const word = uint32(bytes, headers.payloadStart);
  const family = word > 0xffff ? (word >>> 24) | ((word >>> 8) & 0xff00) : word;
  takeHeader(headers, HEADER_OCTETS);
  if (family === AF_INET) return decodeIpv4(bytes, headers);
  return isInet6(family) ? decodeIpv6(bytes, headers) : "not-ip";
}

/** AF_INET6 of NetBSD and OpenBSD, of FreeBSD, and of Darwin. */
function isInet6(family: number): boolean {
  return family === 24 || family === 28 || family === 30;
}
