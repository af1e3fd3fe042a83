import type { Headers, Unreadable } from "./headers.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { decodeIpv6 } from "./ipv6.ts";
import { missing } from "./payload.ts";

/** A packet without a link layer, whose first four bits tell its version. */
export function decodeIp(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  const absent = missing(headers, 1);
  if (absent !== undefined) return absent;
  switch (bytes[headers.payloadStart]! >> 4) {
    case 4:
      return decodeIpv4(bytes, headers);
    case 6:
      return decodeIpv6(bytes, headers);
    default:
      return "not-ip";
  }
}
