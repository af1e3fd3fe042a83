/** Transport protocols a connection can have: those a NetworkPolicy can name. */
export type TransportProtocol = "TCP" | "UDP" | "SCTP";

export interface Endpoint {
  /** Canonical text (RFC 5952 for IPv6). */
  readonly ip: string;
  readonly port: number;
}

/**
 * What became of the attempt to connect.
 * - `established`: proven; for UDP, answered.
 * - `half-open`: the server agreed (SYN+ACK, INIT ACK), the client never proved it got that.
 * - `refused`: RST, ABORT or an ICMP error came back.
 * - `unanswered`: nothing came back.
 * - `inferred`: older than the capture; no handshake was seen.
 */
export type Outcome = "established" | "half-open" | "refused" | "unanswered" | "inferred";

/**
 * How the direction is known of a connection whose beginning was not seen.
 * - `conntrack`: the kernel's connection tracking told who opened it.
 * - `listener`: one end, and not the other, was seen to take a connection.
 * - `socket`: one end, and not the other, is a listening socket of this node.
 * - `cluster`: one end, and not the other, is a port that a Service or a pod declares.
 */
export type InferredFrom = "conntrack" | "listener" | "socket" | "cluster";

/**
 * Payload octets each way. For TCP they come from the sequence numbers of SYN and FIN, modulo 2^32:
 * `exact` only where duration and link speed rule out a wrap, else a lower bound.
 */
export interface ByteCount {
  readonly toServer: number;
  readonly toClient: number;
  readonly exact: boolean;
}

/** The two ends as one place on the path saw them. */
export interface View {
  readonly client: Endpoint;
  readonly server: Endpoint;
}

/** The addresses that each side of an SCTP association has told as its own, beside the one by which it is known. */
export interface OtherAddresses {
  readonly client: readonly string[];
  readonly server: readonly string[];
}

/**
 * One connection, counted once on however many interfaces and through however many NATs it was seen.
 * `client` is as the client itself appears (before SNAT), `server` as the server itself appears (after DNAT).
 */
export interface Connection {
  readonly id: string;
  readonly protocol: TransportProtocol;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Only where even the direction is not known: `client` is then merely the first sender seen. */
  readonly direction?: "unknown";
  readonly outcome: Outcome;
  /** Only where the beginning was not seen: one end alone was heard, which may be forged. */
  readonly oneSided?: true;
  /** Only where the outcome is `inferred` and the direction known. */
  readonly inferredFrom?: InferredFrom;
  /** Null while it is open, and where nothing tells. */
  readonly bytes: ByteCount | null;
  /** From when on `bytes` are estimates, since the kernel kept its packets to itself for a while; RFC 3339. */
  readonly estimatedSince?: string;
  /** First and last packet, microseconds since 1970-01-01T00:00:00Z. */
  readonly startUs: number;
  readonly endUs: number;
  /** Every other view of it than (client, server). */
  readonly nat: readonly View[];
  /** Only of an SCTP association of which a side has more addresses than one (RFC 9260, 5.1.2). */
  readonly multihomed?: OtherAddresses;
}

/** An address that a DNS answer gave for the name that was asked (not for the CNAMEs between). */
export interface ResolvedName {
  /** Who asked. */
  readonly client: string;
  /** Who answered, after DNAT. */
  readonly resolver: Endpoint;
  /** Lower case, no trailing dot. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** The least TTL of the records on the way, seconds. */
  readonly ttlSeconds: number;
  readonly timeUs: number;
}

/**
 * The TLS server name (RFC 6066, 3) that a client asked a server for. The client chose it: it names an address that
 * no DNS answer was seen for, and proves nothing of who is there.
 */
export interface ServerName {
  /** Who asked. */
  readonly client: string;
  /** Whom, after DNAT. */
  readonly server: Endpoint;
  /** Lower case, no trailing dot. */
  readonly name: string;
  readonly timeUs: number;
}

/** What capture knows of its own losses; all counts since it started. */
export interface CaptureStatus {
  readonly packets: number;
  /** ps_drop of libpcap: the kernel had no room. */
  readonly dropped: number;
  /** Events that the reader was too slow to take. */
  readonly overflowed: number;
  /** Connections forgotten for want of room in the flow table. */
  readonly evicted: number;
  /** UDP conversations that the kernel keeps to itself at the moment, for they are heavy and known. */
  readonly muted?: number;
  /** What was done to know the connections that are older than capture. */
  readonly older?: {
    /** How much of /proc/net/nf_conntrack could be read, and if not all, why. */
    readonly conntrack: "whole" | "part" | "none";
    readonly reason?: string;
    /** Connections learned from it. */
    readonly connections: number;
    /** Seconds in which capture listened to all TCP. */
    readonly listenedSeconds: number;
    /** Times that it had to stop listening early, for too many packets. */
    readonly cutShort: number;
  };
  /** Packets without readable headers, by reason. */
  readonly unreadable: Readonly<Record<string, number>>;
  /** Packets read but left out, because there were more than the budget allows. */
  readonly sampledOut: number;
  /** Failed attempts that were counted only, because there were too many to tell one by one. */
  readonly untold: number;
  /** Interfaces captured now (`any` is one), and those that match but are not: down, not readable, or too many. */
  readonly interfaces: number;
  readonly interfacesNotCaptured: number;
  /** Times that an interface was opened anew, because nothing came through. */
  readonly reopened: number;
  /** Whether our own heartbeat on loopback does not come through at this moment; null where none can be sent or seen. */
  readonly isSilent: boolean | null;
  /** When this capture began, which tells it from the one before; not told by earlier versions. */
  readonly startedUs?: number;
  readonly timeUs: number;
}

/**
 * What the flow stage yields. A connection is told when it opens (established, still open) and again
 * under the same id when it ends; one that ends before it was told as open is told once. One that is forgotten though it
 * goes on, for want of room or since capture ends, is told as closed too, with `endUnseen`: it may be heard of again.
 */
export type FlowEvent =
  | { readonly kind: "opened"; readonly connection: Connection }
  | { readonly kind: "closed"; readonly connection: Connection; readonly endUnseen?: true }
  | { readonly kind: "resolved"; readonly resolved: ResolvedName }
  | { readonly kind: "named"; readonly named: ServerName }
  | { readonly kind: "status"; readonly status: CaptureStatus };
