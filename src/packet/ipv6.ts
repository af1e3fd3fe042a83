import { readIpv6Address } from "./address.ts";
import { DESTINATION, SOURCE } from "./headers.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { NO_NEXT_HEADER, takeExtensionHeaders } from "./ipv6-extensions.ts";
import { uint16, uint32 } from "./octets.ts";
import { missing, setPayloadLength, takeHeader } from "./payload.ts";
import { decodeTransport } from "./transport.ts";

/** RFC 8200, 3. */
const HEADER_OCTETS = 40;
const FLOW_LABEL = 0x000fffff;

export function decodeIpv6(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, HEADER_OCTETS);
  if (absent !== undefined) return absent;
  const start = headers.payloadStart;
  if (bytes[start]! >> 4 !== 6) return "malformed";
  headers.ipVersion = 6;
  headers.ipId = uint32(bytes, start) & FLOW_LABEL;
  headers.protocol = bytes[start + 6]!;
  headers.hopLimit = bytes[start + 7]!;
  readIpv6Address(bytes, start + 8, headers.addresses, SOURCE);
  readIpv6Address(bytes, start + 24, headers.addresses, DESTINATION);
  const payloadLength = uint16(bytes, start + 4);
  takeHeader(headers, HEADER_OCTETS);
  // A jumbogram (RFC 2675) and segmentation offload say 0; then the frame tells the length.
  if (payloadLength !== 0 || headers.protocol === NO_NEXT_HEADER) setPayloadLength(headers, payloadLength);
  return takeExtensionHeaders(bytes, headers) ?? decodeTransport(bytes, headers);
}
