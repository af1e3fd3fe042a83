import type { Headers, Unreadable } from "./headers.ts";
import { readQuote } from "./icmp-quote.ts";
import { missing, takeHeader } from "./payload.ts";

/** The same eight octets in RFC 792 and RFC 4443. */
const HEADER_OCTETS = 8;
/** RFC 792. */
const DESTINATION_UNREACHABLE = 3;
/** RFC 4443, 3.1. */
const DESTINATION_UNREACHABLE_V6 = 1;

export function decodeIcmp(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  return decodeMessage(bytes, headers, DESTINATION_UNREACHABLE);
}

export function decodeIcmpv6(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  return decodeMessage(bytes, headers, DESTINATION_UNREACHABLE_V6);
}

/** Of the errors only "unreachable" says that an attempt was refused, so only its quote is read. */
function decodeMessage(bytes: Uint8Array, headers: Headers, quotingType: number): Unreadable | undefined {
  const absent = missing(headers, HEADER_OCTETS);
  if (absent !== undefined) return absent;
  headers.icmpType = bytes[headers.payloadStart]!;
  headers.icmpCode = bytes[headers.payloadStart + 1]!;
  takeHeader(headers, HEADER_OCTETS);
  if (headers.icmpType === quotingType) readQuote(bytes, headers);
  return undefined;
}
