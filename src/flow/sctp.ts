import type { Headers } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { agree } from "./handshake.ts";
import { isSameFirstPacket } from "./same-connection.ts";
import type { TrackedView } from "./tracked.ts";
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
 * initial sequence numbers: each side picks one, the other side repeats it, NAT leaves it alone.
 */
export function trackSctp(table: ConnectionTable, headers: Headers): void {
  const view = table.views.find(headers);
  if (view !== undefined && headers.timeUs > view.connection.endUs) view.connection.endUs = headers.timeUs;
  if (headers.sctpChunkType === Chunk.INIT) return onInit(table, view, headers);
  if (headers.sctpChunkType === Chunk.INIT_ACK) return onInitAck(table, view, headers);
  if (view === undefined) {
    if (!table.views.isStraggler(headers)) noteSpeaker(table.openLate(headers), headers);
    return;
  }
  if (view.connection.phase === "joined late") return noteSpeaker(view, headers);
  onChunk(table, view, headers);
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
  if (table.joinByToken(view, isSameFirstPacket)) return;
  table.schedule(view.connection, headers.timeUs + table.settings.attemptUs);
}

/** The INIT ACK's verification tag is the initiate tag of the INIT, RFC 9260, 5.1. */
function onInitAck(table: ConnectionTable, known: TrackedView | undefined, headers: Headers): void {
  if (known === undefined) return openByInitAck(table, headers);
  if (!isFromClient(known, headers) && known.clientToken === headers.sctpVerificationTag) agree(table, known, headers);
}

/** The INIT was missed; the INIT ACK tells as much. */
function openByInitAck(table: ConnectionTable, headers: Headers): void {
  const view = table.open(headers, "server");
  table.index(view, headers.sctpVerificationTag);
  agree(table, view, headers);
}

function onChunk(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  const { phase } = connection;
  if (phase === "ending") return;
  switch (headers.sctpChunkType) {
    case Chunk.ABORT:
      if (phase === "attempted" && !isFromClient(view, headers)) connection.outcome = "refused";
      return table.end(connection, headers.timeUs);
    case Chunk.SHUTDOWN_COMPLETE:
      return table.end(connection, headers.timeUs);
    case Chunk.DATA:
    case Chunk.COOKIE_ACK:
    case Chunk.SHUTDOWN:
    case Chunk.SHUTDOWN_ACK:
      // Each is sent only in an association whose cookie has come back; the tag proves that its sender knows it.
      if (phase === "agreed" && hasRightTag(view, headers)) table.prove(connection, headers.timeUs);
  }
}

function hasRightTag(view: TrackedView, headers: Headers): boolean {
  const { serverToken, clientToken } = view.connection;
  return headers.sctpVerificationTag === (isFromClient(view, headers) ? serverToken : clientToken);
}

function noteSpeaker(view: TrackedView, headers: Headers): void {
  if (headers.sctpChunkType === Chunk.ABORT) return;
  if (isFromClient(view, headers)) view.connection.client.hasSpoken = true;
  else view.connection.server.hasSpoken = true;
}
