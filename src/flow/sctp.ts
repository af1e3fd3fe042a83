import { type Headers, SOURCE } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { agree } from "./handshake.ts";
import { isAlongPath, noteHomes } from "./sctp-paths.ts";
import { isSameFirstPacket } from "./same-connection.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/** Chunk types, RFC 9260, 3.2. */
const Chunk = {
  DATA: 0,
  INIT: 1,
  INIT_ACK: 2,
  ABORT: 6,
  SHUTDOWN: 7,
  SHUTDOWN_ACK: 8,
  COOKIE_ACK: 11,
  SHUTDOWN_COMPLETE: 14,
} as const;

/**
 * In: the headers of one SCTP packet. Out: what it changes in the table. Initiate tags stand where TCP has
 * initial sequence numbers: each side picks one, the other side repeats it, NAT leaves it alone. They also tell
 * what comes on another path of an association whose sides have more addresses than one.
 */
export function trackSctp(table: ConnectionTable, headers: Headers): void {
  const view = table.views.find(headers) ?? findByOtherPath(table, headers);
  if (view !== undefined && headers.timeUs > view.connection.endUs) view.connection.endUs = headers.timeUs;
  if (headers.sctpChunkType === Chunk.INIT) return onInit(table, view, headers);
  if (headers.sctpChunkType === Chunk.INIT_ACK) return onInitAck(table, view, headers);
  if (view === undefined) {
    if (!isStraggler(table, headers)) noteSpeaker(table.openLate(headers), headers);
    return;
  }
  if (view.connection.phase === "joined late") return noteSpeaker(view, headers);
  onChunk(table, view, headers);
}

/** An INIT begins another association; all else belongs to the one whose tag it bears. */
function findByOtherPath(table: ConnectionTable, headers: Headers): TrackedView | undefined {
  if (headers.sctpChunkType === Chunk.INIT) return undefined;
  return table.associations.find(headers) ?? findAsked(table, headers);
}

/**
 * A server may answer from another of its addresses than the one that was asked, which the INIT ACK then tells with
 * all the others (RFC 9260, 5.1.2): the view in which one of them was asked.
 */
function findAsked(table: ConnectionTable, headers: Headers): TrackedView | undefined {
  if (headers.sctpChunkType !== Chunk.INIT_ACK || headers.sctpAddressCount === 0) return undefined;
  const { addresses, sctpAddresses, sctpAddressCount } = headers;
  const sender = addresses.slice(SOURCE, SOURCE + 4);
  let asked: TrackedView | undefined;
  for (let told = 0; told < sctpAddressCount && asked === undefined; told++) {
    addresses.set(sctpAddresses.subarray(4 * told, 4 * told + 4), SOURCE);
    const view = table.views.find(headers);
    if (view?.connection.phase === "attempted" && view.clientToken === headers.sctpVerificationTag) asked = view;
  }
  addresses.set(sender, SOURCE);
  return asked;
}

function isStraggler(table: ConnectionTable, headers: Headers): boolean {
  return table.views.isStraggler(headers) || table.associations.isStraggler(headers);
}

function onInit(table: ConnectionTable, known: TrackedView | undefined, headers: Headers): void {
  if (known !== undefined) {
    const isRepeated = isFromClient(known, headers) && known.clientToken === headers.sctpInitiateTag;
    // An INIT from the other side while ours is pending is a collision, RFC 9260, 5.2.1: one association.
    if (isRepeated || known.connection.phase === "attempted") return;
    table.close(known.connection, headers.timeUs);
  }
  const view = table.open(headers, "client");
  table.index(view, headers.sctpInitiateTag);
  view.ipId = headers.ipId;
  view.askedUs = headers.timeUs;
  noteHomes(view.connection, headers, "client");
  if (table.joinByToken(view, isSameFirstPacket)) return;
  table.schedule(view.connection, headers.timeUs + table.settings.attemptUs);
}

/** The INIT ACK's verification tag is the initiate tag of the INIT, RFC 9260, 5.1. */
function onInitAck(table: ConnectionTable, known: TrackedView | undefined, headers: Headers): void {
  if (known === undefined) return openByInitAck(table, headers);
  if (!isSentByClient(known, headers) && known.clientToken === headers.sctpVerificationTag)
    onAnswer(table, known, headers);
}

/** The INIT was missed; the INIT ACK tells as much. */
function openByInitAck(table: ConnectionTable, headers: Headers): void {
  const view = table.open(headers, "server");
  table.index(view, headers.sctpVerificationTag);
  onAnswer(table, view, headers);
}

function onAnswer(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  agree(table, view, headers);
  const { connection } = view; // another, where this view has turned out to be one more of it
  noteHomes(connection, headers, "server");
  if (connection.homes !== undefined) table.associations.note(connection);
}

function onChunk(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  const { phase } = connection;
  if (phase === "ending") return;
  switch (headers.sctpChunkType) {
    case Chunk.ABORT:
      if (phase === "attempted" && !isSentByClient(view, headers)) connection.outcome = "refused";
      return end(table, connection, headers.timeUs);
    case Chunk.SHUTDOWN_COMPLETE:
      return end(table, connection, headers.timeUs);
    case Chunk.DATA:
    case Chunk.COOKIE_ACK:
    case Chunk.SHUTDOWN:
    case Chunk.SHUTDOWN_ACK:
      // Each is sent only in an association whose cookie has come back; the tag proves that its sender knows it.
      if (phase === "agreed" && hasRightTag(view, headers)) table.prove(connection, headers.timeUs);
  }
}

function end(table: ConnectionTable, connection: TrackedConnection, timeUs: number): void {
  table.end(connection, timeUs);
  const { lingerUs, strayUs } = table.settings;
  if (connection.homes !== undefined) table.associations.noteEnd(connection, timeUs + lingerUs + strayUs);
}

function hasRightTag(view: TrackedView, headers: Headers): boolean {
  const { serverToken, clientToken } = view.connection;
  return headers.sctpVerificationTag === (isSentByClient(view, headers) ? serverToken : clientToken);
}

function noteSpeaker(view: TrackedView, headers: Headers): void {
  if (headers.sctpChunkType === Chunk.ABORT) return;
  if (isFromClient(view, headers)) view.connection.client.hasSpoken = true;
  else view.connection.server.hasSpoken = true;
}

/** By whichever path it came. */
function isSentByClient(view: TrackedView, headers: Headers): boolean {
  return isFromClient(view, headers) || isAlongPath(view, headers);
}
