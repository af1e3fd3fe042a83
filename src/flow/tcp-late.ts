import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { isSameLateSegment } from "./same-connection.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/** The first segment, without SYN, of a connection that is older than the capture; unless it is one more view of a known one. */
export function openLateTcp(table: ConnectionTable, headers: Headers): void {
  const view = table.openLate(headers);
  view.serverToken = headers.tcpAcknowledgment;
  view.connection.serverToken = headers.tcpAcknowledgment;
  table.index(view, headers.tcpSequence);
  if (!table.joinByToken(view, isSameLateSegment)) onLateSegment(table, view, headers);
}

/** A segment of a connection that is older than the capture. */
export function onLateSegment(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  const fromClient = isFromClient(view, headers);
  if ((headers.tcpFlags & TcpFlag.RST) !== 0) {
    if (!fromClient && isBareProbe(connection)) connection.outcome = "refused";
    return table.end(connection, headers.timeUs);
  }
  if (fromClient) {
    connection.hasClientSpoken = true;
    connection.octetsToServer += headers.payloadLength;
  } else connection.hasServerSpoken = true;
  if ((headers.tcpFlags & TcpFlag.FIN) !== 0) onLateFin(table, connection, fromClient, headers.timeUs);
  else if (!connection.isAlive && connection.hasClientSpoken && connection.hasServerSpoken) {
    table.believe(connection, headers.timeUs);
  }
}

function onLateFin(table: ConnectionTable, connection: TrackedConnection, fromClient: boolean, timeUs: number): void {
  if (fromClient) connection.hasClientFin = true;
  else connection.hasServerFin = true;
  if (connection.hasClientFin && connection.hasServerFin) table.end(connection, timeUs);
  else if (connection.isAlive) table.schedule(connection, timeUs + table.settings.halfClosedUs);
}

/** Nothing but acknowledgments from one side: no sign that there ever was a connection to reset. */
function isBareProbe(connection: TrackedConnection): boolean {
  const hasMore = connection.octetsToServer > 0 || connection.hasClientFin || connection.hasServerSpoken;
  return connection.hasClientSpoken && !hasMore;
}
