import { readIpv4Address, readIpv6Address } from "./address.ts";
import { type Headers, MAX_SCTP_ADDRESSES } from "./headers.ts";
import { uint16 } from "./octets.ts";

/** RFC 9260, 3.2.1: type and length, and then the value, filled up to four octets. */
const PARAMETER_HEADER_OCTETS = 4;

/** RFC 9260, 3.3.2.1. */
const Parameter = { IPV4_ADDRESS: 5, IPV6_ADDRESS: 6 } as const;
const IPV4_OCTETS = 8;
const IPV6_OCTETS = 20;

/**
 * Reads the address parameters of an INIT or INIT ACK, in `[from, end)` of the bytes, into `headers`: the addresses at
 * which its sender can be reached beside the one it sends from. What follows a parameter that lies is not read.
 */
export function readSctpAddresses(bytes: Uint8Array, from: number, end: number, headers: Headers): void {
  for (let at = from; at + PARAMETER_HEADER_OCTETS <= end && headers.sctpAddressCount < MAX_SCTP_ADDRESSES;) {
    const length = uint16(bytes, at + 2);
    if (length < PARAMETER_HEADER_OCTETS || at + length > end) return;
    readParameter(bytes, at, headers);
    at += (length + 3) & ~3;
  }
}

function readParameter(bytes: Uint8Array, at: number, headers: Headers): void {
  const type = uint16(bytes, at);
  const length = uint16(bytes, at + 2);
  const words = headers.sctpAddresses;
  const offset = headers.sctpAddressCount * 4;
  if (type === Parameter.IPV4_ADDRESS && length === IPV4_OCTETS) readIpv4Address(bytes, at + 4, words, offset);
  else if (type === Parameter.IPV6_ADDRESS && length === IPV6_OCTETS) readIpv6Address(bytes, at + 4, words, offset);
  else return;
  headers.sctpAddressCount += 1;
}
