import type { Headers } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { agree, openByToken } from "./handshake.ts";
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
 * initial sequence numbers: each side picks one, the other side repeats it, NAT leaves it alone.
 */
export function trackSctp(table: ConnectionTable, headers: Headers, timeUs: number): void {
  const view = table.find(headers);
  if (view !== undefined && timeUs > view.connection.endUs) view.connection.endUs = timeUs;
  if (headers.sctpChunkType === Chunk.INIT) return onInit(table, view, headers, timeUs);
  if (headers.sctpChunkType === Chunk.INIT_ACK) return onInitAck(table, view, headers, timeUs);
  if (view === undefined) return noteSpeaker(table.openLate(headers, timeUs), headers);
  if (view.connection.phase === "joined late") return noteSpeaker(view, headers);
  onChunk(table, view.connection, headers, isFromClient(view, headers), timeUs);
}

function onInit(table: ConnectionTable, known: TrackedView | undefined, headers: Headers, timeUs: number): void {
  if (known !== undefined) {
    const isRepeated = isFromClient(known, headers) && known.clientToken === headers.sctpInitiateTag;
    // An INIT from the other side while ours is pending is a collision, RFC 9260, 5.2.1: one association.
    if (isRepeated || known.connection.phase === "attempted") return;
    table.retire(known.connection);
  }
  const view = openByToken(table, headers, "client", headers.sctpInitiateTag, timeUs);
  view.ipId = headers.ipId;
  if (table.joinByToken(view, (other) => isSameFirstPacket(view, other, timeUs, table.settings.joinUs))) return;
  table.schedule(view.connection, timeUs + table.settings.attemptUs);
}

/** The INIT ACK's verification tag is the initiate tag of the INIT, RFC 9260, 5.1. */
function onInitAck(table: ConnectionTable, known: TrackedView | undefined, headers: Headers, timeUs: number): void {
  if (known !== undefined && (isFromClient(known, headers) || known.clientToken !== headers.sctpVerificationTag))
    return;
  const view = known ?? openByToken(table, headers, "server", headers.sctpVerificationTag, timeUs);
  agree(table, view, headers.sctpInitiateTag, timeUs);
}

function onChunk(
  table: ConnectionTable,
  connection: TrackedConnection,
  headers: Headers,
  fromClient: boolean,
  timeUs: number,
): void {
  const { phase } = connection;
  if (phase === "ending") return;
  switch (headers.sctpChunkType) {
    case Chunk.ABORT:
      if (phase === "attempted" && !fromClient) connection.outcome = "refused";
      return table.end(connection, timeUs);
    case Chunk.SHUTDOWN_COMPLETE:
      return table.end(connection, timeUs);
    case Chunk.DATA:
    case Chunk.COOKIE_ACK:
    case Chunk.SHUTDOWN:
    case Chunk.SHUTDOWN_ACK:
      // Each is sent only in an association whose cookie has come back; the tag proves that its sender knows it.
      if (phase === "agreed" && hasRightTag(connection, headers, fromClient)) table.prove(connection, timeUs);
  }
}

function hasRightTag(connection: TrackedConnection, headers: Headers, fromClient: boolean): boolean {
  return headers.sctpVerificationTag === (fromClient ? connection.serverToken : connection.clientToken);
}

function noteSpeaker(view: TrackedView, headers: Headers): void {
  if (headers.sctpChunkType === Chunk.ABORT) return;
  if (isFromClient(view, headers)) view.connection.hasClientSpoken = true;
  else view.connection.hasServerSpoken = true;
}
