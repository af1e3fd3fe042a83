import { type Headers, Protocol } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { isSamePair } from "./same-connection.ts";
import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";

/**
 * The pair of numbers that the two sides choose at the start is the connection's fingerprint: TCP's initial
 * sequence numbers, SCTP's initiate tags. NAT leaves both alone, so whichever views show the same pair show
 * the same connection.
 */

/** The server's yes (SYN+ACK, INIT ACK, the SYN of a simultaneous open) has been seen in this view. */
export function agree(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const serverToken = tokenOf(headers);
  const isFirstHere = view.serverToken === UNSEEN;
  view.serverToken = serverToken;
  const { connection } = view;
  if (connection.serverToken === UNSEEN && connection.phase !== "attempted") connection.serverToken = serverToken;
  if (isFirstHere && connection.serverToken !== UNSEEN && connection.serverToken !== serverToken) {
    return startAgreed(table, table.split(view, headers.timeUs), headers);
  }
  if (connection.phase === "attempted") {
    if (!table.joinByToken(view, isSamePair)) startAgreed(table, connection, headers);
  } else if (connection.phase === "agreed" && headers.timeUs - connection.agreedUs > table.settings.repeatUs) {
    table.noteRepeat(view, headers.timeUs);
    repeatAgreed(table, connection, headers);
  }
}

/** What the sender of this first packet of its side chose. */
function tokenOf(headers: Headers): number {
  return headers.protocol === Protocol.SCTP ? headers.sctpInitiateTag : headers.tcpSequence;
}

function startAgreed(table: ConnectionTable, connection: TrackedConnection, headers: Headers): void {
  connection.phase = "agreed";
  connection.outcome = "half-open";
  connection.serverToken = tokenOf(headers);
  connection.agreedUs = headers.timeUs;
  table.schedule(connection, headers.timeUs + table.settings.settleUs);
}

/** Its time to the next repetition doubles (RFC 6298, 5.5), and so does the silence that would prove anything. */
function repeatAgreed(table: ConnectionTable, connection: TrackedConnection, headers: Headers): void {
  connection.serverToken = tokenOf(headers);
  connection.agreedUs = headers.timeUs;
  connection.agreedRepeats = Math.min(connection.agreedRepeats + 1, 6);
  table.schedule(connection, headers.timeUs + table.settings.settleUs * 2 ** connection.agreedRepeats);
}
