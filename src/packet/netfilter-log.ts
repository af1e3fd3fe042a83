import type { Headers, Unreadable } from "./headers.ts";
import { decodeIp } from "./ip.ts";
import { uint16 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

/** Address family, version, resource. */
const HEADER_OCTETS = 4;
const ATTRIBUTE_HEADER_OCTETS = 4;
/** NFULA_PAYLOAD of linux/netfilter/nfnetlink_log.h: the packet, from its IP header on. */
const PAYLOAD = 9;

/**
 * https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html: attributes of length, type and value, filled up to four octets,
 * one of which is the packet. Each takes at least four octets, so there is no end to guard.
 */
export function decodeNetfilterLog(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, HEADER_OCTETS);
  if (absent !== undefined) return absent;
  takeHeader(headers, HEADER_OCTETS);
  for (;;) {
    const cut = missing(headers, ATTRIBUTE_HEADER_OCTETS);
    if (cut !== undefined) return cut;
    const start = headers.payloadStart;
    const type = hostUint16(bytes, start + 2, start + 2);
    const length = hostUint16(bytes, start, start + 2);
    if (length < ATTRIBUTE_HEADER_OCTETS) return "malformed";
    takeHeader(headers, type === PAYLOAD ? ATTRIBUTE_HEADER_OCTETS : (length + 3) & ~3);
    if (type === PAYLOAD) return decodeIp(bytes, headers);
  }
}

/** In the byte order of whoever captured, which the type at `typeAt` tells: all types are below 256. */
function hostUint16(bytes: Uint8Array, at: number, typeAt: number): number {
  const isBigEndian = bytes[typeAt] === 0;
  return isBigEndian ? uint16(bytes, at) : (bytes[at + 1]! << 8) | bytes[at]!;
}
