/** IP protocol numbers that weir tells apart: https://www.iana.org/assignments/protocol-numbers */
export const Protocol = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 } as const;

/** TCP control bits, RFC 9293, 3.1. */
export const TcpFlag = { FIN: 0x01, SYN: 0x02, RST: 0x04, ACK: 0x10 } as const;

/** Where in `Headers.addresses` an address begins: four 32-bit words each, most significant first. */
export const SOURCE = 0;
export const DESTINATION = 4;

/** Addresses that are read of one INIT or INIT ACK; Linux tells as many as the machine has, which is seldom more than four. */
export const MAX_SCTP_ADDRESSES = 8;

/**
 * The headers of one packet, as numbers. A decoder owns a single one and overwrites it, so that the hot
 * path makes no garbage: read it, never keep it. A field is meaningful only for the protocol it belongs
 * to. IPv4 addresses are held as IPv4-mapped IPv6 ones (RFC 4291, 2.5.5.2).
 */
export class Headers {
  /** When it was captured: microseconds since 1970-01-01T00:00:00Z. */
  timeUs = 0;
  readonly addresses = new Uint32Array(8);
  ipVersion: 4 | 6 = 4;
  /** IP protocol number after all IPv6 extension headers. */
  protocol = 0;
  /** IPv4 time to live or IPv6 hop limit. */
  hopLimit = 0;
  /** IPv4 identification or IPv6 flow label: what routers and NAT leave as it was. */
  ipId = 0;
  sourcePort = 0;
  destinationPort = 0;

  /** First fragment of a datagram: `payloadLength` is then what this fragment holds, save for UDP, which tells the whole. */
  isFirstFragment = false;

  /** Octets of transport payload on the wire, whatever the snapshot length kept. For SCTP the chunks, headers and all. */
  payloadLength = 0;
  /** The transport payload that was captured: `[payloadStart, payloadEnd)` of the frame's bytes. */
  payloadStart = 0;
  payloadEnd = 0;

  tcpFlags = 0;
  tcpSequence = 0;
  tcpAcknowledgment = 0;
  /** TSval of the timestamps option (RFC 7323), 0 where there is none; read from SYN segments only. */
  tcpTimestamp = 0;

  /** Verification tag of the common header, RFC 9260, 3.1. */
  sctpVerificationTag = 0;
  /** Type of the first chunk. */
  sctpChunkType = 0;
  /** Initiate tag where the first chunk is INIT or INIT ACK, else 0. */
  sctpInitiateTag = 0;
  /** The addresses that an INIT or INIT ACK tells as its sender's own, four words each; so many of them, else 0. */
  readonly sctpAddresses = new Uint32Array(4 * MAX_SCTP_ADDRESSES);
  sctpAddressCount = 0;

  icmpType = 0;
  icmpCode = 0;
  /** Set where an ICMP error quotes a packet whose addresses and ports could be read (RFC 792, RFC 4443). */
  hasQuoted = false;
  readonly quoted = {
    addresses: new Uint32Array(8),
    protocol: 0,
    sourcePort: 0,
    destinationPort: 0,
    /** The first four octets after the ports: TCP's sequence number. */
    tcpSequence: 0,
  };
}

/**
 * Why a frame gave no headers; each is counted, none is logged.
 * - `truncated`: the capture ends before a field that is needed.
 * - `malformed`: the packet contradicts itself; nothing behind the first such place is trusted.
 * - `not-ip`: ARP, LLC and the like.
 * - `fragment`: not the first of its datagram, so without ports; addresses and protocol are filled.
 * - `other-protocol`: neither TCP, UDP, SCTP nor ICMP; addresses and protocol are filled.
 */
export type Unreadable = "truncated" | "malformed" | "not-ip" | "fragment" | "unknown-link-type" | "other-protocol";
