import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { agree } from "./handshake.ts";
import { isSameFirstPacket } from "./same-connection.ts";
import { onLateSegment, openLateTcp } from "./tcp-late.ts";
import { onSegment } from "./tcp-segment.ts";
import { type TrackedView, UNSEEN } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/**
 * In: the headers of one TCP segment. Out: what it changes in the table. RFC 9293, 3.5 names the states.
 * Returns the view in which it was known before.
 */
export function trackTcp(table: ConnectionTable, headers: Headers): TrackedView | undefined {
  const view = table.find(headers);
  if (view !== undefined && headers.timeUs > view.connection.endUs) view.connection.endUs = headers.timeUs;
  if ((headers.tcpFlags & TcpFlag.SYN) === 0) {
    if (view === undefined) openLateTcp(table, headers);
    else if (view.connection.phase === "joined late") onLateSegment(table, view, headers);
    else onSegment(table, view, headers);
  } else if ((headers.tcpFlags & TcpFlag.ACK) === 0) {
    onSyn(table, view, headers);
  } else {
    onSynAck(table, view, headers);
  }
  return view;
}

function onSyn(table: ConnectionTable, known: TrackedView | undefined, headers: Headers): void {
  if (known !== undefined) {
    if (isFromClient(known, headers)) {
      if (known.clientToken === headers.tcpSequence) return; // repeated, or shown by another interface
    } else if (known.connection.phase === "attempted" && known.serverToken === UNSEEN) {
      return agree(table, known, headers); // simultaneous open, RFC 9293, 3.5
    }
    table.retire(known.connection); // the four-tuple is used anew
  }
  const view = table.open(headers, "client");
  table.index(view, headers.tcpSequence);
  view.ipId = headers.ipId;
  view.timestamp = headers.tcpTimestamp;
  if (table.joinByToken(view, isSameFirstPacket)) return;
  table.schedule(view.connection, headers.timeUs + table.settings.attemptUs);
}

function onSynAck(table: ConnectionTable, known: TrackedView | undefined, headers: Headers): void {
  if (known === undefined) return openBySynAck(table, headers);
  const clientToken = (headers.tcpAcknowledgment - 1) >>> 0;
  const isFromServer = !isFromClient(known, headers);
  if (isFromServer && known.clientToken === clientToken) {
    if (known.serverHops === 0) known.serverHops = headers.hopLimit;
    return agree(table, known, headers);
  }
  // The second SYN+ACK of a simultaneous open.
  if (!isFromServer && known.serverToken === clientToken) return table.proveOnce(known.connection, headers.timeUs);
  // Of another connection than the one known here: believed only where that one is over, or was never seen to begin.
  const { phase } = known.connection;
  if (phase !== "ending" && phase !== "joined late") return;
  table.retire(known.connection);
  openBySynAck(table, headers);
}

/** The SYN was missed; the SYN+ACK tells as much. */
function openBySynAck(table: ConnectionTable, headers: Headers): void {
  const view = table.open(headers, "server");
  table.index(view, (headers.tcpAcknowledgment - 1) >>> 0);
  agree(table, view, headers);
}
