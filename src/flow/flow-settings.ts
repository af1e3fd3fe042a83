/** Everything the flow stage can be told. Times are microseconds. */
export interface FlowSettings {
  /** Connections kept at once; past it the oldest is told as it stands and forgotten. */
  readonly maxConnections: number;
  /** Of those, how many may be unproven: a flood of them must not push out the proven. */
  readonly maxUnproven: number;
  /** With more unproven than this, silence after a SYN+ACK proves nothing: SYN cookies are not repeated. */
  readonly overloadUnproven: number;
  /** The same for one server: more unproven than this, or a repetition within `pressureUs`. */
  readonly pressureUnproven: number;
  readonly pressureUs: number;
  /** How long after its server agreed a connection may stay unproven: Linux gives up its SYN+ACK after 63 s. */
  readonly agreedUs: number;
  /** How long it then waits aside for its end to tell, while nothing says that it was ever open. */
  readonly doubtedUs: number;
  /** A SYN unanswered for this long was the last: Linux repeats it after 1, 3, 7, 15, 31 and 63 s. */
  readonly attemptUs: number;
  /** A server that has not repeated its SYN+ACK for this long has had its answer. */
  readonly settleUs: number;
  /** A copy on another interface comes sooner than this; a repetition later (RFC 6298: 1 s at first). */
  readonly repeatUs: number;
  /** How long an ended connection waits for what other interfaces still show. */
  readonly lingerUs: number;
  /** How long the ends of a connection that was told are still known, for stragglers that would look like another. */
  readonly strayUs: number;
  readonly halfClosedUs: number;
  /** Idle time after which a connection without handshake is told. */
  readonly lateIdleUs: number;
  /** As Linux's nf_conntrack_udp_timeout and nf_conntrack_udp_timeout_stream. */
  readonly udpUnansweredUs: number;
  readonly udpAnsweredUs: number;
  readonly dnsAnsweredUs: number;
  /** Views of one packet are no farther apart than this. */
  readonly joinUs: number;
}

const SECOND_US = 1_000_000;

export const defaultFlowSettings: FlowSettings = {
  maxConnections: 65_536,
  maxUnproven: 32_768,
  overloadUnproven: 2_048,
  pressureUnproven: 128,
  pressureUs: 60 * SECOND_US,
  agreedUs: 65 * SECOND_US,
  doubtedUs: 600 * SECOND_US,
  attemptUs: 35 * SECOND_US,
  settleUs: 3 * SECOND_US,
  repeatUs: SECOND_US / 2,
  lingerUs: SECOND_US,
  strayUs: 10 * SECOND_US,
  halfClosedUs: 120 * SECOND_US,
  lateIdleUs: 120 * SECOND_US,
  udpUnansweredUs: 30 * SECOND_US,
  udpAnsweredUs: 120 * SECOND_US,
  dnsAnsweredUs: 5 * SECOND_US,
  joinUs: 2 * SECOND_US,
};
