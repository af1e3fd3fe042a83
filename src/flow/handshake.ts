import { type Headers, Protocol } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { isWithinReach } from "./link-speed.ts";
import { isSamePair } from "./same-connection.ts";
import { beginAt } from "./tcp-reach.ts";
import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";

/**
 * The pair of numbers that the two sides choose at the start is the connection's fingerprint: TCP's initial
 * sequence numbers, SCTP's initiate tags. NAT leaves both alone, so whichever views show the same pair show
 * the same connection.
 */

/** The server's yes (SYN+ACK, INIT ACK, the SYN of a simultaneous open) has been seen in this view. */
export function agree(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const serverToken = tokenOf(headers);
  const { connection } = view;
  const isFirstHere = noteAnswer(view, headers);
  if (connection.serverToken === UNSEEN && connection.phase !== "attempted") setServerToken(connection, headers);
  if (isFirstHere && connection.serverToken !== UNSEEN && connection.serverToken !== serverToken) {
    return startAgreed(table, table.split(view, headers.timeUs), headers);
  }
  if (connection.phase === "attempted") {
    if (!table.joinByToken(view, isSamePair)) startAgreed(table, connection, headers);
  } else if (isRepeated(table, connection, headers)) {
    if (connection.phase === "open") table.retract(connection);
    table.noteRepeat(view, headers.timeUs);
    repeatAgreed(table, connection, headers);
  } else if (connection.outcome === "unanswered" && isProvenEarly(connection, headers)) {
    connection.outcome = "established"; // both sides' ends came before, by other interfaces
  }
}

/** Whether the server says yes once more, though it may have been taken at its silence: it has had no answer. */
function isRepeated(table: ConnectionTable, connection: TrackedConnection, headers: Headers): boolean {
  if (headers.timeUs - connection.agreedUs <= table.settings.repeatUs) return false;
  return connection.phase === "agreed" || (headers.protocol === Protocol.TCP && isProvenBySilence(connection));
}

/** Nothing but its handshake was seen, which no silence ends (silence.ts). */
function isProvenBySilence({ phase, client }: TrackedConnection): boolean {
  return phase === "open" && !client.isFollowed && client.earlyAcknowledgment === UNSEEN && !client.hasFin;
}

/** False where this view has shown it before. */
function noteAnswer(view: TrackedView, headers: Headers): boolean {
  const isFirstHere = view.serverToken === UNSEEN;
  view.serverToken = tokenOf(headers);
  if (view.serverHops === 0) view.serverHops = headers.hopLimit;
  if (isFirstHere) {
    view.agreedUs = headers.timeUs;
    view.serverTimestamp = headers.tcpTimestamp;
  }
  return isFirstHere;
}

/** What the sender of this first packet of its side chose. */
function tokenOf(headers: Headers): number {
  return headers.protocol === Protocol.SCTP ? headers.sctpInitiateTag : headers.tcpSequence;
}

function setServerToken(connection: TrackedConnection, headers: Headers): void {
  connection.serverToken = tokenOf(headers);
  if (headers.protocol === Protocol.TCP) beginAt(connection.server, connection.serverToken, headers.timeUs);
}

function startAgreed(table: ConnectionTable, connection: TrackedConnection, headers: Headers): void {
  connection.phase = "agreed";
  connection.outcome = "half-open";
  connection.agreedUs = headers.timeUs;
  setServerToken(connection, headers);
  if (!isProvenEarly(connection, headers)) {
    table.schedule(connection, headers.timeUs + table.settings.settleUs);
    return;
  }
  table.prove(connection, headers.timeUs);
  if (connection.client.hasFin && connection.server.hasFin) table.end(connection, headers.timeUs);
}

/** Its time to the next repetition doubles (RFC 6298, 5.5), and so does the silence that would prove anything. */
function repeatAgreed(table: ConnectionTable, connection: TrackedConnection, headers: Headers): void {
  connection.serverToken = tokenOf(headers);
  connection.agreedUs = headers.timeUs;
  connection.agreedRepeats = Math.min(connection.agreedRepeats + 1, 6);
  table.schedule(connection, headers.timeUs + table.settings.settleUs * 2 ** connection.agreedRepeats);
}

/** Whether the client's acknowledgment of this number came before the number itself, by another interface. */
function isProvenEarly({ client, serverToken, endUs }: TrackedConnection, headers: Headers): boolean {
  const acknowledged = client.earlyAcknowledgment;
  return acknowledged !== UNSEEN && isWithinReach(acknowledged, serverToken, endUs - headers.timeUs);
}
