import type { InferredFrom, Outcome, TransportProtocol } from "./connection.ts";
import type { ViewEnds } from "./view-ends.ts";

/** A sequence number or tag that was not seen. Real ones are unsigned 32-bit, so a negative number is free. */
export const UNSEEN = -1;

/**
 * How far a connection has come.
 * - `attempted`: the client asked.
 * - `agreed`: the server said yes, and the client has yet to prove that it heard so.
 * - `open`: proven.
 * - `joined late`: no handshake was seen.
 * - `ending`: over, kept a little for packets that other interfaces still show.
 * - `told`: told as closed, and still known for a while, so that stragglers make no connection of their own.
 * - `gone`: out of the table.
 */
export type Phase = "attempted" | "agreed" | "open" | "joined late" | "ending" | "told" | "gone";

/**
 * - `doubted`: its server agreed long ago, and silence could not prove it; only its end will tell.
 * - `inferred`: joined late, and known to be alive.
 * - `told`: over and told.
 */
export type Crowd = "unproven" | "doubted" | "inferred" | "proven" | "told";

/** What one side of a connection has sent so far, as its sequence numbers tell. Only tcp-reach.ts and tcp-late.ts write it. */
export class TrackedSide {
  /** Sequence number after the last octet seen of it, and when that was last confirmed. */
  reach = UNSEEN;
  reachedUs = 0;
  /** Payload octets up to there. */
  octets = 0;
  /** More than a sequence number can count may have passed unseen. */
  mayHaveWrapped = false;
  hasFin = false;
  /** Segments between the handshake and the end have been seen, of either side. */
  isFollowed = false;
  /** Whether it has sent anything but a reset; asked only of connections joined late. */
  hasSpoken = false;
  /** What it acknowledged before the other side's number was known. */
  earlyAcknowledgment = UNSEEN;
}

const NO_VIEWS: TrackedView[] = [];

/** The state of one connection while it is in the table. Written by tcp.ts, udp.ts, sctp.ts and icmp-error.ts only. */
export class TrackedConnection {
  readonly id: string;
  readonly protocol: TransportProtocol;
  startUs: number;
  endUs: number;
  phase: Phase = "attempted";
  outcome: Outcome = "unanswered";
  /** Never empty while in the table, in order of arrival; bounded, see ConnectionTable. */
  views: TrackedView[] = NO_VIEWS;
  /** When the table looks at it again if nothing happens. */
  deadlineUs = Number.POSITIVE_INFINITY;
  /** Where DeadlineWheel has it. */
  slot = -1;
  position = 0;
  /** Neighbours in the AgeList that has it: the proven or the unproven. */
  older: TrackedConnection | undefined;
  newer: TrackedConnection | undefined;
  crowd: Crowd = "unproven";
  /** Set where silence would have proved it but for a server under pressure: it proves nothing any more. */
  isDoubted = false;
  /** Whether it was told as open already. */
  isAnnounced = false;
  /** Whether no handshake was seen. */
  isLate = false;
  /** Joined late, and its two ends were seen to talk to each other: it is over when its end is seen. */
  isAlive = false;
  /** How it is known, of one joined late, who opened it: the client of its views, or else their server. */
  inferredFrom: InferredFrom | undefined;
  isReversed = false;

  /**
   * What the client chose and NAT leaves alone: TCP's initial sequence number, SCTP's initiate tag, for
   * UDP a digest of the first datagram.
   */
  clientToken = UNSEEN;
  /** What the server chose: initial sequence number or initiate tag. */
  serverToken = UNSEEN;
  /** When the server last said yes, and how often it had to repeat itself. */
  agreedUs = 0;
  agreedRepeats = 0;

  /** While it is muted nothing is heard of it, so that its silence until then says nothing; see muting.ts. */
  mutedUntilUs = 0;
  /** When it was first muted: from then on its octets are estimates. */
  estimatedSinceUs = UNSEEN;
  /** What it is thought to have carried while it was muted; counted when it is heard again. */
  unheardToServer = 0;
  unheardToClient = 0;

  /** What each side has sent; exchanged where it turns out that the server had spoken first. */
  client = new TrackedSide();
  server = new TrackedSide();
  /** A RST has ended it. */
  wasReset = false;
  /** The view whose DNS answers are told; the others say the same again. */
  namingView: TrackedView | undefined;
  /** The first octets of its client were looked at for a TLS server name. */
  hasGreeted = false;

  /** Neighbours in the chain of TokenIndex. */
  previousSameToken: TrackedConnection | undefined;
  nextSameToken: TrackedConnection | undefined;

  constructor(id: string, protocol: TransportProtocol, startUs: number) {
    this.id = id;
    this.protocol = protocol;
    this.startUs = startUs;
    this.endUs = startUs;
  }
}

/** One five-tuple under which a connection was seen. */
export class TrackedView {
  readonly ends: ViewEnds;
  readonly protocol: number;
  connection: TrackedConnection;
  clientToken = UNSEEN;
  serverToken = UNSEEN;
  /** Hop limits of the first packet of each side: they order the views along the path. 0 is unseen. */
  clientHops = 0;
  serverHops = 0;
  /** When the client last asked; IP id and TCP timestamp of that packet: with the token they tell it in another view. */
  askedUs = 0;
  ipId = 0;
  timestamp = 0;
  /** When the server first agreed, and the TCP timestamp of that packet. */
  agreedUs = 0;
  serverTimestamp = 0;
  /** Octets of data that the SYN carried, RFC 7413: the SYN+ACK may acknowledge them. */
  synOctets = 0;
  /** The next view of ViewIndex under the same hash. */
  nextSameHash: TrackedView | undefined;

  constructor(ends: ViewEnds, protocol: number, connection: TrackedConnection) {
    this.ends = ends;
    this.protocol = protocol;
    this.connection = connection;
  }
}

/** Whether no handshake of it was seen, or not yet. */
export function isJoinedLate({ phase, isLate, isAnnounced }: TrackedConnection): boolean {
  return isLate && !isAnnounced && (phase === "joined late" || phase === "ending");
}
