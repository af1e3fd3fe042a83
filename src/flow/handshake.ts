import type { Headers } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { isSamePair } from "./same-connection.ts";
import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";

/**
 * The pair of numbers that the two sides choose at the start is the connection's fingerprint: TCP's initial
 * sequence numbers, SCTP's initiate tags. NAT leaves both alone, so whichever views show the same pair show
 * the same connection.
 */

/** A connection not seen before, whose client chose `clientToken`. */
export function openByToken(
  table: ConnectionTable,
  headers: Headers,
  sender: "client" | "server",
  clientToken: number,
  timeUs: number,
): TrackedView {
  const view = table.open(headers, sender, timeUs);
  view.clientToken = clientToken;
  table.index(view.connection, clientToken);
  return view;
}

/** The server's yes (SYN+ACK, INIT ACK) has been seen in this view. */
export function agree(table: ConnectionTable, view: TrackedView, serverToken: number, timeUs: number): void {
  const isFirstHere = view.serverToken === UNSEEN;
  view.serverToken = serverToken;
  const { connection } = view;
  if (connection.serverToken === UNSEEN && connection.phase !== "attempted") connection.serverToken = serverToken;
  if (isFirstHere && connection.serverToken !== UNSEEN && connection.serverToken !== serverToken) {
    return startAgreed(table, table.split(view, timeUs), serverToken, timeUs);
  }
  if (connection.phase === "attempted") {
    if (table.joinByToken(view, (other) => isSamePair(view, other, timeUs, table.settings.joinUs))) return;
    return startAgreed(table, connection, serverToken, timeUs);
  }
  if (connection.phase === "agreed" && timeUs - connection.agreedUs > table.settings.repeatUs) {
    table.noteRepeat(view, timeUs);
    repeatAgreed(table, connection, serverToken, timeUs);
  }
}

function startAgreed(table: ConnectionTable, connection: TrackedConnection, serverToken: number, timeUs: number): void {
  connection.phase = "agreed";
  connection.outcome = "half-open";
  connection.serverToken = serverToken;
  connection.agreedUs = timeUs;
  table.schedule(connection, timeUs + table.settings.settleUs);
}

/** Its time to the next repetition doubles (RFC 6298, 5.5), and so does the silence that would prove anything. */
function repeatAgreed(
  table: ConnectionTable,
  connection: TrackedConnection,
  serverToken: number,
  timeUs: number,
): void {
  connection.serverToken = serverToken;
  connection.agreedUs = timeUs;
  connection.agreedRepeats = Math.min(connection.agreedRepeats + 1, 6);
  table.schedule(connection, timeUs + table.settings.settleUs * 2 ** connection.agreedRepeats);
}
