import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { agree, openByToken } from "./handshake.ts";
import { isSameFirstPacket } from "./same-connection.ts";
import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/** In: the headers of one TCP segment. Out: what it changes in the table. RFC 9293, 3.5 names the states. */
export function trackTcp(table: ConnectionTable, headers: Headers, timeUs: number): void {
  const view = table.find(headers);
  if (view !== undefined && timeUs > view.connection.endUs) view.connection.endUs = timeUs;
  if ((headers.tcpFlags & TcpFlag.SYN) === 0) {
    if (view === undefined) onLateSegment(table, table.openLate(headers, timeUs).connection, headers, true, timeUs);
    else onSegment(table, view, headers, timeUs);
  } else if ((headers.tcpFlags & TcpFlag.ACK) === 0) {
    onSyn(table, view, headers, timeUs);
  } else {
    onSynAck(table, view, headers, timeUs);
  }
}

function onSyn(table: ConnectionTable, known: TrackedView | undefined, headers: Headers, timeUs: number): void {
  if (known !== undefined) {
    if (isFromClient(known, headers)) {
      if (known.clientToken === headers.tcpSequence) return; // repeated, or shown by another interface
    } else if (known.connection.phase === "attempted" && known.serverToken === UNSEEN) {
      return agree(table, known, headers.tcpSequence, timeUs); // simultaneous open, RFC 9293, 3.5
    }
    table.retire(known.connection); // the four-tuple is used anew
  }
  const view = openByToken(table, headers, "client", headers.tcpSequence, timeUs);
  view.ipId = headers.ipId;
  view.timestamp = headers.tcpTimestamp;
  if (table.joinByToken(view, (other) => isSameFirstPacket(view, other, timeUs, table.settings.joinUs))) return;
  table.schedule(view.connection, timeUs + table.settings.attemptUs);
}

function onSynAck(table: ConnectionTable, known: TrackedView | undefined, headers: Headers, timeUs: number): void {
  const clientToken = (headers.tcpAcknowledgment - 1) >>> 0;
  if (known === undefined) return openBySynAck(table, headers, clientToken, timeUs);
  const isFromServer = !isFromClient(known, headers);
  if (isFromServer && known.clientToken === clientToken) {
    if (known.serverHops === 0) known.serverHops = headers.hopLimit;
    return agree(table, known, headers.tcpSequence, timeUs);
  }
  if (!isFromServer && known.serverToken === clientToken) return proveOnce(table, known.connection, timeUs); // the second SYN+ACK of a simultaneous open
  // Of another connection than the one known here: believed only where that one is over, or was never seen to begin.
  const { phase } = known.connection;
  if (phase !== "ending" && phase !== "joined late") return;
  table.retire(known.connection);
  openBySynAck(table, headers, clientToken, timeUs);
}

/** The SYN was missed; the SYN+ACK tells as much. */
function openBySynAck(table: ConnectionTable, headers: Headers, clientToken: number, timeUs: number): void {
  const view = openByToken(table, headers, "server", clientToken, timeUs);
  agree(table, view, headers.tcpSequence, timeUs);
}

function onSegment(table: ConnectionTable, view: TrackedView, headers: Headers, timeUs: number): void {
  const { connection } = view;
  const fromClient = isFromClient(view, headers);
  if (connection.phase === "joined late") return onLateSegment(table, connection, headers, fromClient, timeUs);
  if ((headers.tcpFlags & TcpFlag.RST) !== 0) return onReset(table, connection, headers, fromClient, timeUs);
  if (isProof(table, connection, headers, fromClient, timeUs)) proveOnce(table, connection, timeUs);
  if ((headers.tcpFlags & TcpFlag.FIN) !== 0) onFin(table, connection, headers, fromClient, timeUs);
}

/**
 * The client proves that it heard the server by acknowledging its sequence number; the server, by sending
 * or closing, that it heard the client. A forger who cannot see the server's number has to guess it within
 * what the link could have carried since.
 */
function isProof(
  table: ConnectionTable,
  connection: TrackedConnection,
  headers: Headers,
  fromClient: boolean,
  timeUs: number,
): boolean {
  if (connection.phase !== "agreed" && connection.phase !== "attempted") return false;
  const otherToken = fromClient ? connection.serverToken : connection.clientToken;
  if (otherToken === UNSEEN || (headers.tcpFlags & TcpFlag.ACK) === 0) return false;
  const isNews = fromClient || headers.payloadLength > 0 || (headers.tcpFlags & TcpFlag.FIN) !== 0;
  const acknowledged = (headers.tcpAcknowledgment - otherToken - 1) >>> 0;
  return isNews && acknowledged <= carriable(table, timeUs - connection.startUs);
}

/** Octets that a link can have carried in this time, and a first window beside them. */
function carriable(table: ConnectionTable, elapsedUs: number): number {
  const octets = (Math.max(0, elapsedUs) / 1e6) * table.settings.maxLinkOctetsPerSecond;
  return Math.min(octets + 65_536, 0x7fffffff);
}

function proveOnce(table: ConnectionTable, connection: TrackedConnection, timeUs: number): void {
  if (connection.phase === "attempted" || connection.phase === "agreed") table.prove(connection, timeUs);
}

function onFin(
  table: ConnectionTable,
  connection: TrackedConnection,
  headers: Headers,
  fromClient: boolean,
  timeUs: number,
): void {
  noteReach(connection, headers, fromClient);
  if (fromClient) connection.hasClientFin = true;
  else connection.hasServerFin = true;
  if (connection.phase === "ending") return;
  if (connection.hasClientFin && connection.hasServerFin) table.end(connection, timeUs);
  else if (connection.isAnnounced) table.schedule(connection, timeUs + table.settings.halfClosedUs);
}

function onReset(
  table: ConnectionTable,
  connection: TrackedConnection,
  headers: Headers,
  fromClient: boolean,
  timeUs: number,
): void {
  if (connection.phase === "ending") return;
  if (connection.phase === "attempted" && !fromClient) {
    if (!isRefusal(connection, headers)) return; // RFC 9293, 3.10.7.3: acceptable only if it acknowledges the SYN
    connection.outcome = "refused";
  } else if (connection.phase === "agreed" && fromClient && isProof(table, connection, headers, fromClient, timeUs)) {
    table.prove(connection, timeUs);
  }
  noteReach(connection, headers, fromClient);
  table.end(connection, timeUs);
}

function isRefusal(connection: TrackedConnection, headers: Headers): boolean {
  if ((headers.tcpFlags & TcpFlag.ACK) === 0) return false;
  // A SYN may carry data (RFC 7413); a first segment's worth of it is all that a RST can acknowledge.
  return (headers.tcpAcknowledgment - connection.clientToken - 1) >>> 0 <= 65_535;
}

/** Where each side's octets end: a FIN says so, the acknowledgment beside it of the other side gives at least. */
function noteReach(connection: TrackedConnection, headers: Headers, fromClient: boolean): void {
  const end = (headers.tcpSequence + headers.payloadLength) >>> 0;
  const hasAck = (headers.tcpFlags & TcpFlag.ACK) !== 0;
  if (fromClient) {
    if (!connection.hasClientFin) connection.clientReach = end;
    if (hasAck && connection.serverReach === UNSEEN) connection.serverReach = headers.tcpAcknowledgment;
  } else {
    if (!connection.hasServerFin) connection.serverReach = end;
    if (hasAck && connection.clientReach === UNSEEN) connection.clientReach = headers.tcpAcknowledgment;
  }
}

function onLateSegment(
  table: ConnectionTable,
  connection: TrackedConnection,
  headers: Headers,
  fromClient: boolean,
  timeUs: number,
): void {
  if ((headers.tcpFlags & TcpFlag.RST) !== 0) {
    if (!fromClient && isBareProbe(connection)) connection.outcome = "refused";
    return table.end(connection, timeUs);
  }
  if (fromClient) {
    connection.hasClientSpoken = true;
    connection.octetsToServer += headers.payloadLength;
  } else connection.hasServerSpoken = true;
  if ((headers.tcpFlags & TcpFlag.FIN) === 0) return;
  if (fromClient) connection.hasClientFin = true;
  else connection.hasServerFin = true;
  if (connection.hasClientFin && connection.hasServerFin) table.end(connection, timeUs);
}

/** Nothing but acknowledgments from one side: no sign that there ever was a connection to reset. */
function isBareProbe(connection: TrackedConnection): boolean {
  const hasMore = connection.octetsToServer > 0 || connection.hasClientFin || connection.hasServerSpoken;
  return connection.hasClientSpoken && !hasMore;
}
