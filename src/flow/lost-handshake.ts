import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { exchangeSides } from "./join-views.ts";
import type { RecentSegment } from "./recent-segments.ts";
import { isJoinedLate, type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/**
 * A view whose handshake was lost, or is older than the capture, shows segments that no connection is known
 * for. Where another view shows one of the same numbers both are views of one connection, whichever came first.
 */

/** Gives an unknown five-tuple to the connection to which its segment belongs, if another view has shown it. */
export function findByOtherView(table: ConnectionTable, headers: Headers): TrackedView | undefined {
  const recent = table.recent.find(headers, table.settings.joinUs);
  if (recent === undefined) return undefined;
  const { connection } = recent.view;
  if (connection.phase === "gone" || !(hasToken(connection) || isTelling(headers))) return undefined;
  return table.addView(connection, headers, recent.fromClient ? "client" : "server");
}

/** Remembers the segment for views to come, and joins a view that came before and seemed to be a connection of its own. */
export function noteSegment(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const recent = table.recent.find(headers, table.settings.joinUs);
  if (recent !== undefined && recent.view.connection !== view.connection) joinOther(table, view, headers, recent);
  table.recent.note(headers, view, isFromClient(view, headers));
}

function joinOther(table: ConnectionTable, view: TrackedView, headers: Headers, recent: RecentSegment): void {
  const { view: otherView, fromClient } = recent;
  const other = otherView.connection;
  const own = view.connection;
  if (other.phase === "gone") return;
  const late = [otherView, view].find(({ connection }) => isJoinedLate(connection) && connection.views.length === 1);
  if (late !== undefined && (hasToken(own) || hasToken(other) || isTelling(headers))) {
    if (fromClient !== isFromClient(view, headers)) exchangeSides(late.connection);
    table.merge(late.connection, late === view ? other : own);
  } else if (hasToken(own) && own.clientToken === other.clientToken) {
    // One view has lost the SYN, the other the SYN+ACK.
    const [less, more] = other.serverToken === UNSEEN ? [other, own] : [own, other];
    if (!less.isAnnounced && less.serverToken === UNSEEN) table.merge(less, more);
  }
}

function hasToken({ clientToken, isLate }: TrackedConnection): boolean {
  return clientToken !== UNSEEN && !isLate;
}

/** Whether its numbers are those of a real conversation: a scanner's bare probes, and the resets that answer them, are all alike. */
function isTelling({ tcpFlags, payloadLength }: Headers): boolean {
  if ((tcpFlags & (TcpFlag.ACK | TcpFlag.RST)) !== TcpFlag.ACK) return false;
  return payloadLength > 0 || (tcpFlags & TcpFlag.FIN) !== 0;
}
