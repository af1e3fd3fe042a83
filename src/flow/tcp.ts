import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { agree } from "./handshake.ts";
import { findByOtherView, noteSegment } from "./lost-handshake.ts";
import { isSameFirstPacket } from "./same-connection.ts";
import { onLateSegment, openLateTcp } from "./tcp-late.ts";
import { beginAt, noteSynData } from "./tcp-reach.ts";
import { onSegment } from "./tcp-segment.ts";
import { isJoinedLate, type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/**
 * In: the headers of one TCP segment. Out: what it changes in the table. RFC 9293, 3.5 names the states.
 * Returns the view that shows it, of what is no part of a handshake.
 */
export function trackTcp(table: ConnectionTable, headers: Headers): TrackedView | undefined {
  const flags = headers.tcpFlags;
  const view = table.views.find(headers) ?? ((flags & TcpFlag.SYN) === 0 ? findByOtherView(table, headers) : undefined);
  if (view !== undefined) noteTime(view, headers);
  if ((flags & TcpFlag.SYN) === 0) return trackSegment(table, view, headers);
  if ((flags & TcpFlag.ACK) === 0) onSyn(table, view, headers);
  else onSynAck(table, view, headers);
  return undefined;
}

/** Interfaces are read one after the other: what the later one shows may be older. */
function noteTime({ connection }: TrackedView, { timeUs }: Headers): void {
  if (timeUs > connection.endUs) connection.endUs = timeUs;
}

function trackSegment(
  table: ConnectionTable,
  known: TrackedView | undefined,
  headers: Headers,
): TrackedView | undefined {
  if (known === undefined && table.views.isStraggler(headers)) return undefined;
  const view = known ?? openLateTcp(table, headers);
  if (known !== undefined)
    (known.connection.phase === "joined late" ? onLateSegment : onSegment)(table, known, headers);
  noteSegment(table, view, headers);
  return view;
}

function onSyn(table: ConnectionTable, known: TrackedView | undefined, headers: Headers): void {
  if (known === undefined) {
    if (!table.views.isStragglerOf(headers, headers.tcpSequence)) openBySyn(table, headers);
    return;
  }
  if (isFromClient(known, headers) && isOwnSyn(table, known, headers)) return repeatSyn(table, known, headers);
  const { phase } = known.connection;
  if (phase === "attempted" && known.serverToken === UNSEEN && !isFromClient(known, headers)) {
    return agree(table, known, headers); // simultaneous open, RFC 9293, 3.5
  }
  const isBefore = isJustBefore(table, known, headers);
  if (!isBefore) {
    table.close(known.connection, headers.timeUs);
    openBySyn(table, headers);
  } else if (isJoinedLate(known.connection)) {
    beginLate(table, table.orient(known, headers, "client"), headers);
  } // else a straggler of what was there before
}

/** Whether it was sent before all that is known between these ends, though another interface showed it later. */
function isJustBefore(table: ConnectionTable, { connection }: TrackedView, { timeUs }: Headers): boolean {
  return timeUs < connection.startUs && connection.startUs - timeUs <= table.settings.joinUs;
}

/** Whether it is the SYN of the connection that is known: repeated, shown by another interface, or come after its SYN+ACK. */
function isOwnSyn(table: ConnectionTable, known: TrackedView, headers: Headers): boolean {
  if (known.clientToken === headers.tcpSequence) return true;
  // The SYN+ACK was seen first, and told of the data on the SYN as well.
  const isOfData = known.clientToken === (headers.tcpSequence + headers.payloadLength) >>> 0;
  if (!isOfData || known.askedUs !== 0 || known.clientToken === UNSEEN) return false;
  table.reindex(known, headers.tcpSequence);
  beginAt(known.connection.client, headers.tcpSequence, headers.timeUs);
  return true;
}

function repeatSyn(table: ConnectionTable, known: TrackedView, headers: Headers): void {
  const isFirstHere = known.askedUs === 0;
  const { connection } = known;
  if (isSecondTry(table, known, headers)) askAgain(table, connection, headers.timeUs);
  noteSyn(known, headers);
  if (headers.timeUs < connection.startUs) connection.startUs = headers.timeUs;
  if (isFirstHere && connection.views.length === 1 && !connection.isAnnounced) {
    table.joinByToken(known, isSameFirstPacket);
  }
}

/** Windows does not take a RST for an answer at once: it asks again with the same number, half a second later, twice. */
function isSecondTry(table: ConnectionTable, { connection, askedUs }: TrackedView, { timeUs }: Headers): boolean {
  const isRefused = connection.phase === "ending" && connection.outcome === "refused";
  return isRefused && timeUs - askedUs > table.settings.repeatUs;
}

function askAgain(table: ConnectionTable, connection: TrackedConnection, timeUs: number): void {
  connection.phase = "attempted";
  connection.outcome = "unanswered";
  connection.wasReset = false;
  connection.server.reset();
  table.schedule(connection, timeUs + table.settings.attemptUs);
}

function openBySyn(table: ConnectionTable, headers: Headers): void {
  const view = table.open(headers, "client");
  table.index(view, headers.tcpSequence);
  noteSyn(view, headers);
  if (table.joinByToken(view, isSameFirstPacket)) return;
  table.schedule(view.connection, headers.timeUs + table.settings.attemptUs);
}

function noteSyn(view: TrackedView, headers: Headers): void {
  view.askedUs = headers.timeUs;
  view.ipId = headers.ipId;
  view.timestamp = headers.tcpTimestamp;
  view.clientHops = headers.hopLimit;
  if (headers.payloadLength > view.synOctets) view.synOctets = headers.payloadLength;
  const { client } = view.connection;
  if (client.reach === UNSEEN || client.octets === 0) beginAt(client, headers.tcpSequence, headers.timeUs);
  noteSynData(client, headers);
}

/** What seemed to be older than the capture has been seen to begin: its packets came out of order, from several interfaces. */
function beginLate(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  table.beginAnew(connection, headers.timeUs);
  table.index(view, headers.tcpSequence);
  beginAt(connection.client, headers.tcpSequence, headers.timeUs);
  noteSyn(view, headers);
  table.joinByToken(view, isSameFirstPacket);
}

function onSynAck(table: ConnectionTable, known: TrackedView | undefined, headers: Headers): void {
  if (known === undefined) {
    if (!table.views.isStragglerOf(headers, acknowledged(headers))) openBySynAck(table, headers);
    return;
  }
  const fromClient = isFromClient(known, headers);
  if (!fromClient && isAnswer(known, headers)) return agree(table, known, headers);
  const { connection } = known;
  // The second SYN+ACK of a simultaneous open.
  if (fromClient && known.serverToken === acknowledged(headers)) return table.proveOnce(connection, headers.timeUs);
  // Of another connection than the one known here: believed only where that one is over, or was never seen to begin.
  const isBefore = isJustBefore(table, known, headers);
  if (isBefore && isJoinedLate(connection)) {
    const view = table.orient(known, headers, "server");
    table.beginAnew(connection, headers.timeUs);
    beginBySynAck(table, view, headers);
  } else if (!isBefore && isPast(connection.phase)) {
    table.close(known.connection, headers.timeUs);
    openBySynAck(table, headers);
  }
}

function isPast(phase: string): boolean {
  return phase === "ending" || phase === "joined late";
}

/** It acknowledges the SYN, and of the data on it (RFC 7413) as much as it takes. */
function isAnswer(known: TrackedView, headers: Headers): boolean {
  if (known.clientToken === UNSEEN) return false;
  return (acknowledged(headers) - known.clientToken) >>> 0 <= known.synOctets;
}

/** The client's initial sequence number, as a SYN+ACK tells it. */
function acknowledged(headers: Headers): number {
  return (headers.tcpAcknowledgment - 1) >>> 0;
}

/** The SYN was missed; the SYN+ACK tells as much. */
function openBySynAck(table: ConnectionTable, headers: Headers): void {
  beginBySynAck(table, table.open(headers, "server"), headers);
}

function beginBySynAck(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const clientToken = acknowledged(headers);
  table.index(view, clientToken);
  beginAt(view.connection.client, clientToken, headers.timeUs);
  agree(table, view, headers);
}
