import { readIpv4Address, readIpv6Address } from "./address.ts";
import { DESTINATION, Protocol, SOURCE } from "./headers.ts";
import type { Headers } from "./headers.ts";
import { takeExtensionHeaders } from "./ipv6-extensions.ts";
import { uint16, uint32 } from "./octets.ts";
import { missing, takeHeader } from "./payload.ts";

const IPV4_HEADER_OCTETS = 20;
const IPV4_FRAGMENT_OFFSET = 0x1fff;
const IPV6_HEADER_OCTETS = 40;
/** The ports and the four octets behind them: RFC 792 promises 64 bits of the transport header and no more. */
const QUOTED_TRANSPORT_OCTETS = 8;

/**
 * Reads the packet that an ICMP error quotes into `headers.quoted`, and sets `hasQuoted` if its addresses and ports
 * could be read. The quote's own lengths are not looked at: it is cut short by design, and routers rewrite them.
 */
export function readQuote(bytes: Uint8Array, headers: Headers): void {
  const { protocol, isFirstFragment, payloadStart, payloadLength } = headers;
  headers.hasQuoted = takeQuotedIp(bytes, headers) && readQuotedTransport(bytes, headers);
  headers.protocol = protocol;
  headers.isFirstFragment = isFirstFragment;
  headers.payloadStart = payloadStart;
  headers.payloadLength = payloadLength;
}

function takeQuotedIp(bytes: Uint8Array, headers: Headers): boolean {
  return headers.ipVersion === 4 ? takeQuotedIpv4(bytes, headers) : takeQuotedIpv6(bytes, headers);
}

function takeQuotedIpv4(bytes: Uint8Array, headers: Headers): boolean {
  if (missing(headers, IPV4_HEADER_OCTETS) !== undefined) return false;
  const start = headers.payloadStart;
  const headerLength = (bytes[start]! & 0x0f) * 4;
  if (bytes[start]! >> 4 !== 4 || headerLength < IPV4_HEADER_OCTETS || missing(headers, headerLength)) return false;
  headers.protocol = bytes[start + 9]!;
  readIpv4Address(bytes, start + 12, headers.quoted.addresses, SOURCE);
  readIpv4Address(bytes, start + 16, headers.quoted.addresses, DESTINATION);
  takeHeader(headers, headerLength);
  return (uint16(bytes, start + 6) & IPV4_FRAGMENT_OFFSET) === 0;
}

function takeQuotedIpv6(bytes: Uint8Array, headers: Headers): boolean {
  if (missing(headers, IPV6_HEADER_OCTETS) !== undefined) return false;
  const start = headers.payloadStart;
  if (bytes[start]! >> 4 !== 6) return false;
  headers.protocol = bytes[start + 6]!;
  readIpv6Address(bytes, start + 8, headers.quoted.addresses, SOURCE);
  readIpv6Address(bytes, start + 24, headers.quoted.addresses, DESTINATION);
  takeHeader(headers, IPV6_HEADER_OCTETS);
  return takeExtensionHeaders(bytes, headers) === undefined;
}

function readQuotedTransport(bytes: Uint8Array, headers: Headers): boolean {
  if (!hasPorts(headers.protocol) || missing(headers, QUOTED_TRANSPORT_OCTETS) !== undefined) return false;
  const { quoted, payloadStart } = headers;
  quoted.protocol = headers.protocol;
  quoted.sourcePort = uint16(bytes, payloadStart);
  quoted.destinationPort = uint16(bytes, payloadStart + 2);
  quoted.tcpSequence = uint32(bytes, payloadStart + 4);
  return true;
}

function hasPorts(protocol: number): boolean {
  return protocol === Protocol.TCP || protocol === Protocol.UDP || protocol === Protocol.SCTP;
}
