import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { canBeOf, isWithinReach } from "./link-speed.ts";
import { noteAcknowledged, noteFin, noteReach } from "./tcp-reach.ts";
import { type TrackedConnection, type TrackedSide, type TrackedView, UNSEEN } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/** A segment without SYN, of a connection whose handshake was seen at least in part. */
export function onSegment(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  if ((headers.tcpFlags & TcpFlag.RST) !== 0) return onReset(table, view, headers);
  const { connection } = view;
  if (connection.phase === "agreed" || connection.phase === "attempted") lookForProof(table, view, headers);
  if ((headers.tcpFlags & TcpFlag.FIN) !== 0) return onFin(table, view, headers);
  const { client, server } = connection;
  client.isFollowed = true;
  server.isFollowed = true;
  noteReach(isFromClient(view, headers) ? client : server, headers);
}

function lookForProof(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  if ((headers.tcpFlags & TcpFlag.ACK) === 0) return;
  if (isFromClient(view, headers)) {
    // The SYN+ACK may still be on its way, by another interface.
    if (connection.serverToken === UNSEEN) connection.client.earlyAcknowledgment = headers.tcpAcknowledgment;
    else if (acknowledges(connection, connection.serverToken, headers)) table.prove(connection, headers.timeUs);
  } else if (headers.payloadLength > 0 || (headers.tcpFlags & TcpFlag.FIN) !== 0) {
    if (acknowledges(connection, connection.clientToken, headers)) table.prove(connection, headers.timeUs);
  }
}

/**
 * The client proves that it heard the server by acknowledging its sequence number; the server, by sending
 * or closing, that it heard the client.
 */
function acknowledges(connection: TrackedConnection, token: number, headers: Headers): boolean {
  return isWithinReach(headers.tcpAcknowledgment, token, headers.timeUs - connection.startUs);
}

function onFin(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  const { client, server } = connection;
  const fromClient = isFromClient(view, headers);
  const own = fromClient ? client : server;
  const other = fromClient ? server : client;
  if (isStraggler(connection, own, headers) || !noteFin(own, headers)) return;
  noteAcknowledged(other, headers);
  if (connection.phase === "ending") return;
  if (client.hasFin && server.hasFin) table.end(connection, headers.timeUs);
  else if (connection.isAnnounced) table.schedule(connection, headers.timeUs + table.settings.halfClosedUs);
}

/** Of another connection between these ports: it acknowledges what this one has not sent. */
function isStraggler(connection: TrackedConnection, own: TrackedSide, headers: Headers): boolean {
  const token = own === connection.client ? connection.serverToken : connection.clientToken;
  if (token === UNSEEN || (headers.tcpFlags & TcpFlag.ACK) === 0) return false;
  return !canBeOf(headers.tcpAcknowledgment, token, headers.timeUs - connection.startUs);
}

function onReset(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  const { phase, client, server } = connection;
  const fromClient = isFromClient(view, headers);
  if (phase === "ending") return fromClient ? onLaterReset(connection, headers) : undefined;
  if (phase === "attempted" && !fromClient) {
    if (!isRefusal(connection, headers)) return; // RFC 9293, 3.10.7.3: acceptable only if it acknowledges the SYN
    connection.outcome = "refused";
  } else if (phase === "agreed" && (fromClient ? isClientsProof : isServersProof)(connection, headers)) {
    table.prove(connection, headers.timeUs);
  }
  noteReach(fromClient ? client : server, headers);
  noteAcknowledged(fromClient ? server : client, headers);
  connection.wasReset = true;
  table.end(connection, headers.timeUs);
}

/** What meets a socket that is gone is answered with bare resets, and one may overtake the reset that proves the connection. */
function onLaterReset(connection: TrackedConnection, headers: Headers): void {
  if (connection.outcome !== "half-open" || !isClientsProof(connection, headers)) return;
  connection.outcome = "established";
  noteReach(connection.client, headers);
  noteAcknowledged(connection.server, headers);
}

function isClientsProof(connection: TrackedConnection, headers: Headers): boolean {
  return (headers.tcpFlags & TcpFlag.ACK) !== 0 && acknowledges(connection, connection.serverToken, headers);
}

/**
 * A server aborts with its own number and an acknowledgment only what it had accepted. In answer to a
 * segment that it never accepted it resets with a number that the segment's sender chose, and without ACK.
 */
function isServersProof(connection: TrackedConnection, headers: Headers): boolean {
  const elapsedUs = headers.timeUs - connection.startUs;
  const hasOwnNumber = isWithinReach(headers.tcpSequence, connection.serverToken, elapsedUs);
  return (
    (headers.tcpFlags & TcpFlag.ACK) !== 0 && hasOwnNumber && acknowledges(connection, connection.clientToken, headers)
  );
}

function isRefusal(connection: TrackedConnection, headers: Headers): boolean {
  if ((headers.tcpFlags & TcpFlag.ACK) === 0) return false;
  // A SYN may carry data (RFC 7413); a first segment's worth of it is all that a RST can acknowledge.
  return (headers.tcpAcknowledgment - connection.clientToken - 1) >>> 0 <= 65_535;
}
