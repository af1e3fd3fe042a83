import { DESTINATION, SOURCE } from "./headers.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { readIpv4Address } from "./address.ts";
import { AUTHENTICATION, takeExtension } from "./ipv6-extensions.ts";
import { uint16 } from "./octets.ts";
import { missing, setPayloadLength, takeHeader } from "./payload.ts";
import { decodeTransport } from "./transport.ts";

/** Without options; RFC 791, 3.1. */
const HEADER_OCTETS = 20;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

export function decodeIpv4(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, HEADER_OCTETS);
  if (absent !== undefined) return absent;
  const start = headers.payloadStart;
  const headerLength = (bytes[start]! & 0x0f) * 4;
  // Segmentation offload leaves the length 0 until the card has cut the packet up; then the frame tells it.
  const totalLength = uint16(bytes, start + 2) || headers.payloadLength;
  if (bytes[start]! >> 4 !== 4 || headerLength < HEADER_OCTETS || totalLength < headerLength) return "malformed";
  setPayloadLength(headers, totalLength);
  return missing(headers, headerLength) ?? readHeader(headerLength, bytes, headers);
}

function readHeader(headerLength: number, bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const start = headers.payloadStart;
  const fragment = uint16(bytes, start + 6);
  headers.ipVersion = 4;
  headers.ipId = uint16(bytes, start + 4);
  headers.hopLimit = bytes[start + 8]!;
  headers.protocol = bytes[start + 9]!;
  headers.isFirstFragment = (fragment & MORE_FRAGMENTS) !== 0;
  readIpv4Address(bytes, start + 12, headers.addresses, SOURCE);
  readIpv4Address(bytes, start + 16, headers.addresses, DESTINATION);
  takeHeader(headers, headerLength);
  if ((fragment & FRAGMENT_OFFSET) !== 0) return "fragment";
  // RFC 4302, 3.1.1: in transport mode it stands where IPv6 has it.
  const fault = headers.protocol === AUTHENTICATION ? takeExtension(bytes, headers) : undefined;
  return fault ?? decodeTransport(bytes, headers);
}
