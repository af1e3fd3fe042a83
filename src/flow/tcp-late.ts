import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/** A segment without SYN, of a connection that is older than the capture. */
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
  if ((headers.tcpFlags & TcpFlag.FIN) === 0) return;
  if (fromClient) connection.hasClientFin = true;
  else connection.hasServerFin = true;
  if (connection.hasClientFin && connection.hasServerFin) table.end(connection, headers.timeUs);
}

/** Nothing but acknowledgments from one side: no sign that there ever was a connection to reset. */
function isBareProbe(connection: TrackedConnection): boolean {
  const hasMore = connection.octetsToServer > 0 || connection.hasClientFin || connection.hasServerSpoken;
  return connection.hasClientSpoken && !hasMore;
}
