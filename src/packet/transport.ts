import { Protocol } from "./headers.ts";
import type { Headers, Unreadable } from "./headers.ts";
import { decodeIcmp, decodeIcmpv6 } from "./icmp.ts";
import { decodeSctp } from "./sctp.ts";
import { decodeTcp } from "./tcp.ts";
import { decodeUdp } from "./udp.ts";

/** What an IP packet carries; its payload is what the IP header's lengths leave. */
export function decodeTransport(bytes: Uint8Array, headers: Headers): Unreadable | undefined {
  switch (headers.protocol) {
    case Protocol.TCP:
      return decodeTcp(bytes, headers);
    case Protocol.UDP:
      return decodeUdp(bytes, headers);
    case Protocol.SCTP:
      return decodeSctp(bytes, headers);
    case Protocol.ICMP:
      return headers.ipVersion === 4 ? decodeIcmp(bytes, headers) : "other-protocol";
    case Protocol.ICMPV6:
      return headers.ipVersion === 6 ? decodeIcmpv6(bytes, headers) : "other-protocol";
    default:
      return "other-protocol";
  }
}
