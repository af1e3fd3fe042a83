/** Octets of packets for tests, from the inside out; and what decode makes of them, as plain values. */
import type { Frame } from "../../src/capture/frame.ts";
import { LinkType } from "../../src/capture/link-type.ts";
import { addressText, parseAddress } from "../../src/packet/address.ts";
import { decode } from "../../src/packet/decode.ts";
import { DESTINATION, Headers, SOURCE } from "../../src/packet/headers.ts";

export function concat(...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function be16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

export function be32(value: number): number[] {
  return [...be16(value >>> 16), ...be16(value & 0xffff)];
}

export function address4(text: string): number[] {
  return be32(parseAddress(text)![3]!);
}

export function address6(text: string): number[] {
  return [...parseAddress(text)!].flatMap((word) => be32(word));
}

export function ethernet(etherType: number, payload: Uint8Array): Uint8Array {
  return concat([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], be16(etherType), payload);
}

export interface Ipv4Fields {
  readonly protocol?: number;
  readonly totalLength?: number;
  readonly id?: number;
  /** Flags and offset. */
  readonly fragment?: number;
  readonly options?: readonly number[];
}

/** From 10.0.0.1 to 10.0.0.2, time to live 64. */
export function ipv4(payload: Uint8Array, fields: Ipv4Fields = {}): Uint8Array {
  const options = fields.options ?? [];
  const totalLength = fields.totalLength ?? 20 + options.length + payload.length;
  return concat(
    [0x45 + options.length / 4, 0],
    be16(totalLength),
    be16(fields.id ?? 0),
    be16(fields.fragment ?? 0),
    [64, fields.protocol ?? 6, 0, 0],
    address4("10.0.0.1"),
    address4("10.0.0.2"),
    options,
    payload,
  );
}

/** From 2001:db8::1 to 2001:db8::2, hop limit 64, flow label 0x12345. */
export function ipv6(nextHeader: number, payload: Uint8Array, payloadLength = payload.length): Uint8Array {
  return concat(
    [0x60, 1, 0x23, 0x45],
    be16(payloadLength),
    [nextHeader, 64],
    address6("2001:db8::1"),
    address6("2001:db8::2"),
    payload,
  );
}

export interface TcpFields {
  readonly flags?: number;
  readonly options?: readonly number[];
  readonly payload?: Uint8Array;
}

/** From port 40000 to 443, sequence 0x89abcdef, acknowledgment 0xfedcba98. */
export function tcp(fields: TcpFields = {}): Uint8Array {
  const options = fields.options ?? [];
  return concat(
    be16(40000),
    be16(443),
    be32(0x89abcdef),
    be32(0xfedcba98),
    [(5 + options.length / 4) << 4, fields.flags ?? 0x10, 0xff, 0xff, 0, 0, 0, 0],
    options,
    fields.payload ?? [],
  );
}

/** From port 5353 to 53. */
export function udp(payload: Uint8Array, length = 8 + payload.length): Uint8Array {
  return concat(be16(5353), be16(53), be16(length), [0, 0], payload);
}

export function frameOf(linkType: number, bytes: Uint8Array, originalLength = bytes.length): Frame {
  return { linkType, timeUs: 0, bytes, start: 0, end: bytes.length, originalLength };
}

/** What decode fills in of any packet, as plain values; the reason where it fills in nothing. */
export function decoded(frame: Frame) {
  const headers = new Headers();
  const unreadable = decode(frame, headers);
  return unreadable ?? plain(headers);
}

export function decodedEthernet(etherType: number, payload: Uint8Array) {
  return decoded(frameOf(LinkType.ETHERNET, ethernet(etherType, payload)));
}

export function decodedIp(packet: Uint8Array, originalLength = packet.length) {
  return decoded(frameOf(LinkType.RAW, packet, originalLength));
}

function plain(headers: Headers) {
  const { ipVersion, protocol, hopLimit, ipId, isFirstFragment, payloadLength, payloadStart, payloadEnd } = headers;
  return {
    source: addressText(headers.addresses, SOURCE),
    destination: addressText(headers.addresses, DESTINATION),
    ipVersion,
    protocol,
    hopLimit,
    ipId,
    isFirstFragment,
    payloadLength,
    payloadStart,
    payloadEnd,
    ...transport(headers),
  };
}

function transport(headers: Headers) {
  const { sourcePort, destinationPort } = headers;
  switch (headers.protocol) {
    case 6: {
      const { tcpFlags, tcpSequence, tcpAcknowledgment, tcpTimestamp } = headers;
      return { sourcePort, destinationPort, tcpFlags, tcpSequence, tcpAcknowledgment, tcpTimestamp };
    }
    case 132: {
      const { sctpVerificationTag, sctpChunkType, sctpInitiateTag } = headers;
      const told = sctpAddresses(headers);
      const addresses = told.length === 0 ? {} : { sctpAddresses: told };
      return { sourcePort, destinationPort, sctpVerificationTag, sctpChunkType, sctpInitiateTag, ...addresses };
    }
    case 17:
      return { sourcePort, destinationPort };
    default: {
      const { icmpType, icmpCode } = headers;
      return { icmpType, icmpCode, quoted: headers.hasQuoted ? quoted(headers) : undefined };
    }
  }
}

function sctpAddresses({ sctpAddresses: words, sctpAddressCount }: Headers): readonly string[] {
  return Array.from({ length: sctpAddressCount }, (_, n) => addressText(words, 4 * n));
}

function quoted({ quoted: { addresses, ...rest } }: Headers) {
  return { source: addressText(addresses, SOURCE), destination: addressText(addresses, DESTINATION), ...rest };
}
