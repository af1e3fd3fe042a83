import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/** A segment without SYN, of a connection whose handshake was seen at least in part. */
export function onSegment(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  if ((headers.tcpFlags & TcpFlag.RST) !== 0) return onReset(table, view, headers);
  if (isProof(table, view, headers)) table.proveOnce(view.connection, headers.timeUs);
  if ((headers.tcpFlags & TcpFlag.FIN) !== 0) onFin(table, view, headers);
}

/**
 * The client proves that it heard the server by acknowledging its sequence number; the server, by sending
 * or closing, that it heard the client. A forger who cannot see the server's number has to guess it within
 * what the link could have carried since.
 */
function isProof(table: ConnectionTable, view: TrackedView, headers: Headers): boolean {
  const { connection } = view;
  if (connection.phase !== "agreed" && connection.phase !== "attempted") return false;
  const fromClient = isFromClient(view, headers);
  const otherToken = fromClient ? connection.serverToken : connection.clientToken;
  if (otherToken === UNSEEN || (headers.tcpFlags & TcpFlag.ACK) === 0) return false;
  const isNews = fromClient || headers.payloadLength > 0 || (headers.tcpFlags & TcpFlag.FIN) !== 0;
  const acknowledged = (headers.tcpAcknowledgment - otherToken - 1) >>> 0;
  return isNews && acknowledged <= carriable(table, headers.timeUs - connection.startUs);
}

/** Octets that a link can have carried in this time, and a first window beside them. */
function carriable(table: ConnectionTable, elapsedUs: number): number {
  const octets = (Math.max(0, elapsedUs) / 1e6) * table.settings.maxLinkOctetsPerSecond;
  return Math.min(octets + 65_536, 0x7fffffff);
}

function onFin(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  noteReach(view, headers);
  if (isFromClient(view, headers)) connection.hasClientFin = true;
  else connection.hasServerFin = true;
  if (connection.phase === "ending") return;
  if (connection.hasClientFin && connection.hasServerFin) table.end(connection, headers.timeUs);
  else if (connection.isAnnounced) table.schedule(connection, headers.timeUs + table.settings.halfClosedUs);
}

function onReset(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  if (connection.phase === "ending") return;
  const fromClient = isFromClient(view, headers);
  if (connection.phase === "attempted" && !fromClient) {
    if (!isRefusal(connection, headers)) return; // RFC 9293, 3.10.7.3: acceptable only if it acknowledges the SYN
    connection.outcome = "refused";
  } else if (connection.phase === "agreed" && fromClient && isProof(table, view, headers)) {
    table.prove(connection, headers.timeUs);
  }
  noteReach(view, headers);
  table.end(connection, headers.timeUs);
}

function isRefusal(connection: TrackedConnection, headers: Headers): boolean {
  if ((headers.tcpFlags & TcpFlag.ACK) === 0) return false;
  // A SYN may carry data (RFC 7413); a first segment's worth of it is all that a RST can acknowledge.
  return (headers.tcpAcknowledgment - connection.clientToken - 1) >>> 0 <= 65_535;
}

/** Where each side's octets end: a FIN says so, the acknowledgment beside it of the other side gives at least. */
function noteReach(view: TrackedView, headers: Headers): void {
  const { connection } = view;
  const end = (headers.tcpSequence + headers.payloadLength) >>> 0;
  const hasAck = (headers.tcpFlags & TcpFlag.ACK) !== 0;
  if (isFromClient(view, headers)) {
    if (!connection.hasClientFin) connection.clientReach = end;
    if (hasAck && connection.serverReach === UNSEEN) connection.serverReach = headers.tcpAcknowledgment;
  } else {
    if (!connection.hasServerFin) connection.serverReach = end;
    if (hasAck && connection.clientReach === UNSEEN) connection.clientReach = headers.tcpAcknowledgment;
  }
}
