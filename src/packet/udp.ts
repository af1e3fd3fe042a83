import type { Headers, Unreadable } from "./headers.ts";
import { uint16 } from "./octets.ts";
import { missing, setPayloadLength, takeHeader } from "./payload.ts";

/** RFC 768. */
const HEADER_OCTETS = 8;
/** Up to the length: what a snapshot length must have left. */
const NEEDED_OCTETS = 6;

export function decodeUdp(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, NEEDED_OCTETS);
  if (absent !== undefined) return absent;
  const start = headers.payloadStart;
  // A jumbogram says 0 (RFC 2675, 4), and so may segmentation offload; then the IP header tells the length.
  const length = uint16(bytes, start + 4) || headers.payloadLength;
  if (length < HEADER_OCTETS) return "malformed";
  if (length > headers.payloadLength && !headers.isFirstFragment) return "malformed";
  headers.sourcePort = uint16(bytes, start);
  headers.destinationPort = uint16(bytes, start + 2);
  setPayloadLength(headers, length);
  takeHeader(headers, HEADER_OCTETS);
  return undefined;
}
