import type { Headers, Unreadable } from "./headers.ts";
import { decodeIp } from "./ip.ts";
import { missing, takeHeader } from "./payload.ts";

/** RFC 3032, 2.1. */
const LABEL_OCTETS = 4;
const BOTTOM_OF_STACK = 0x01;

/**
 * Takes off the whole label stack, each label of which is four octets of the packet. What it carries only the routers
 * know that set it up; that it is IP shows in its first four bits (RFC 4928, 3), and a pseudowire has none of them.
 */
export function decodeMpls(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  for (let isBottom = false; !isBottom;) {
    const absent = missing(headers, LABEL_OCTETS);
    if (absent !== undefined) return absent;
    isBottom = (bytes[headers.payloadStart + 2]! & BOTTOM_OF_STACK) !== 0;
    takeHeader(headers, LABEL_OCTETS);
  }
  return decodeIp(bytes, headers);
}
