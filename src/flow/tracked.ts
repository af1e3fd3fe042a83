import type { InferredFrom, Outcome, TransportProtocol } from "./connection.ts";
import type { Homes } from "./homes.ts";
import { noEnds, type ViewEnds } from "./view-ends.ts";

/** A sequence number or tag that was not seen. Real ones are unsigned 32-bit, so a negative number is free. */
export const UNSEEN = -1;

/**
 * How far a connection has come.
 * - `attempted`: the client asked.
 * - `agreed`: the server said yes, and the client has yet to prove that it heard so.
 * - `open`: proven.
 * - `joined late`: no handshake was seen.
 * - `ending`: over, kept a little for packets that other interfaces still show.
 * - `gone`: out of the table.
 */
export type Phase = "attempted" | "agreed" | "open" | "joined late" | "ending" | "gone";

/**
 * - `doubted`: its server agreed long ago, and silence could not prove it; only its end will tell.
 * - `inferred`: joined late, and known to be alive.
 */
export type Crowd = "unproven" | "doubted" | "inferred" | "proven";

/** What tells a datagram from the next: a digest of its octets, and the IP id. Of what has come with another hop limit, see udp-octets.ts. */
export interface CountedDatagram {
  digest: number;
  ipId: number;
  timeUs: number;
  octetsElsewhere: number;
  hasCopiesElsewhere: boolean;
}

/** What one side of a connection has sent so far, as its sequence numbers tell. Only tcp-reach.ts and tcp-late.ts write it. */
export class TrackedSide {
  /** Sequence number after the last octet seen of it, and when that was last confirmed. */
  declare reach: number;
  declare reachedUs: number;
  /** Payload octets up to there. */
  declare octets: number;
  /** More than a sequence number can count may have passed unseen. */
  declare mayHaveWrapped: boolean;
  declare hasFin: boolean;
  /** Segments between the handshake and the end have been seen, of either side. */
  declare isFollowed: boolean;
  /** Whether it has sent anything but a reset; asked only of connections joined late. */
  declare hasSpoken: boolean;
  /** What it acknowledged before the other side's number was known. */
  declare earlyAcknowledgment: number;
  /** Of UDP: the datagram that was counted last. */
  declare latest: CountedDatagram | undefined;

  constructor() {
    this.reset();
  }

  /** Nothing has been seen of it. */
  reset(): void {
    this.reach = UNSEEN;
    this.reachedUs = 0;
    this.octets = 0;
    this.mayHaveWrapped = false;
    this.hasFin = false;
    this.isFollowed = false;
    this.hasSpoken = false;
    this.earlyAcknowledgment = UNSEEN;
    this.latest = undefined;
  }
}

/** The state of one connection while it is in the table. Written by tcp.ts, udp.ts, sctp.ts and icmp-error.ts only. */
export class TrackedConnection {
  /** What tells it from all others of its table, and its table from others. */
  serial = 0;
  era = "";
  declare protocol: TransportProtocol;
  declare startUs: number;
  declare endUs: number;
  declare phase: Phase;
  declare outcome: Outcome;
  /** Never empty while in the table, in order of arrival; bounded, see ConnectionTable. */
  views: TrackedView[] = [];
  /** When the table looks at it again if nothing happens. */
  declare deadlineUs: number;
  /** Where DeadlineWheel has it. */
  declare slot: number;
  declare position: number;
  /** Neighbours in the AgeList that has it: the proven or the unproven. */
  declare older: TrackedConnection | undefined;
  declare newer: TrackedConnection | undefined;
  declare crowd: Crowd;
  /** Set where silence would have proved it but for a server under pressure: it proves nothing any more. */
  declare isDoubted: boolean;
  /** Whether it was told as open already. */
  declare isAnnounced: boolean;
  /** Whether no handshake was seen. */
  declare isLate: boolean;
  /** Joined late, and its two ends were seen to talk to each other: it is over when its end is seen. */
  declare isAlive: boolean;
  /** How it is known, of one joined late, who opened it: the client of its views, or else their server. */
  declare inferredFrom: InferredFrom | undefined;
  declare isReversed: boolean;

  /**
   * What the client chose and NAT leaves alone: TCP's initial sequence number, SCTP's initiate tag, for
   * UDP a digest of the first datagram.
   */
  declare clientToken: number;
  /** What the server chose: initial sequence number or initiate tag. */
  declare serverToken: number;
  /** When the server last said yes, and how often it had to repeat itself. */
  declare agreedUs: number;
  declare agreedRepeats: number;

  /** While it is muted nothing is heard of it, so that its silence until then says nothing; see muting.ts. */
  declare mutedUntilUs: number;
  /** When it was first muted: from then on its octets are estimates. */
  declare estimatedSinceUs: number;
  /** What it is thought to have carried while it was muted; counted when it is heard again. */
  declare unheardToServer: number;
  declare unheardToClient: number;

  /** What each side has sent; exchanged where it turns out that the server had spoken first. */
  client = new TrackedSide();
  server = new TrackedSide();
  /** Of a multi-homed SCTP association. */
  declare homes: Homes | undefined;
  /** A RST has ended it. */
  declare wasReset: boolean;
  /** The view whose DNS answers are told; the others say the same again. */
  declare namingView: TrackedView | undefined;
  /** The first octets of its client were looked at for a TLS server name. */
  declare hasGreeted: boolean;
  /** Somebody beside the table remembers it: it is not used again for another, see TrackedPool. */
  declare isKept: boolean;

  /** Neighbours in the chain of TokenIndex. */
  declare previousInBucket: TrackedConnection | undefined;
  declare nextInBucket: TrackedConnection | undefined;

  constructor() {
    this.reset("TCP", 0);
  }

  /** One that has just begun, of which nothing else is known. */
  reset(protocol: TransportProtocol, startUs: number): void {
    this.protocol = protocol;
    this.startUs = startUs;
    this.endUs = startUs;
    this.phase = "attempted";
    this.outcome = "unanswered";
    this.deadlineUs = Number.POSITIVE_INFINITY;
    this.slot = -1;
    this.position = 0;
    this.older = undefined;
    this.newer = undefined;
    this.crowd = "unproven";
    this.isDoubted = false;
    this.isAnnounced = false;
    this.isLate = false;
    this.isAlive = false;
    this.inferredFrom = undefined;
    this.isReversed = false;
    this.clientToken = UNSEEN;
    this.serverToken = UNSEEN;
    this.agreedUs = 0;
    this.agreedRepeats = 0;
    this.mutedUntilUs = 0;
    this.estimatedSinceUs = UNSEEN;
    this.unheardToServer = 0;
    this.unheardToClient = 0;
    this.client.reset();
    this.server.reset();
    this.homes = undefined;
    this.wasReset = false;
    this.namingView = undefined;
    this.hasGreeted = false;
    this.isKept = false;
    this.previousInBucket = undefined;
    this.nextInBucket = undefined;
  }
}

/** One five-tuple under which a connection was seen. */
export class TrackedView {
  /** Tells it from others for which the same object was used, see TrackedPool. */
  serial = 0;
  readonly ends: ViewEnds = noEnds();
  declare protocol: number;
  declare connection: TrackedConnection;
  declare clientToken: number;
  declare serverToken: number;
  /** Hop limits of the first packet of each side: they order the views along the path. 0 is unseen. */
  declare clientHops: number;
  declare serverHops: number;
  /** When the client last asked; IP id and TCP timestamp of that packet: with the token they tell it in another view. */
  declare askedUs: number;
  declare ipId: number;
  declare timestamp: number;
  /** When the server first agreed, and the TCP timestamp of that packet. */
  declare agreedUs: number;
  declare serverTimestamp: number;
  /** Octets of data that the SYN carried, RFC 7413: the SYN+ACK may acknowledge them. */
  declare synOctets: number;
  /** Somebody beside the table remembers it: it is not used again for another. */
  declare isKept: boolean;
  /** Where ViewIndex has it, and the next one there. */
  declare hash: number;
  declare nextSameHash: TrackedView | undefined;

  constructor(connection: TrackedConnection) {
    this.reset(0, connection);
  }

  /** One of which only the ends are known, which the caller fills in. */
  reset(protocol: number, connection: TrackedConnection): void {
    this.protocol = protocol;
    this.connection = connection;
    this.clientToken = UNSEEN;
    this.serverToken = UNSEEN;
    this.clientHops = 0;
    this.serverHops = 0;
    this.askedUs = 0;
    this.ipId = 0;
    this.timestamp = 0;
    this.agreedUs = 0;
    this.serverTimestamp = 0;
    this.synOctets = 0;
    this.isKept = false;
    this.hash = 0;
    this.nextSameHash = undefined;
  }
}

/** Whether no handshake of it was seen, or not yet. */
export function isJoinedLate({ phase, isLate, isAnnounced }: TrackedConnection): boolean {
  return isLate && !isAnnounced && (phase === "joined late" || phase === "ending");
}
