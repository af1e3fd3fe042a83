import { type Headers, TcpFlag } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { isSameLateSegment } from "./same-connection.ts";
import { noteFin, noteReach } from "./tcp-reach.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

/** The first segment, without SYN, of a connection that is older than the capture; unless it is one more view of a known one. */
export function openLateTcp(table: ConnectionTable, headers: Headers): TrackedView {
  const view = table.openLate(headers);
  view.serverToken = headers.tcpAcknowledgment;
  view.connection.serverToken = headers.tcpAcknowledgment;
  table.index(view, headers.tcpSequence);
  if (!table.joinByToken(view, isSameLateSegment)) onLateSegment(table, view, headers);
  return view;
}

/** A segment of a connection that is older than the capture. */
export function onLateSegment(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  const side = isFromClient(view, headers) ? connection.client : connection.server;
  if ((headers.tcpFlags & TcpFlag.RST) !== 0) {
    if (side === connection.server && isBareProbe(connection)) connection.outcome = "refused";
    return table.end(connection, headers.timeUs);
  }
  noteReach(side, headers);
  side.hasSpoken = true;
  side.earlyAcknowledgment = headers.tcpAcknowledgment;
  if ((headers.tcpFlags & TcpFlag.FIN) !== 0) onLateFin(table, view, headers);
  else if (!connection.isAlive && connection.client.hasSpoken && connection.server.hasSpoken) {
    table.believe(connection, headers.timeUs);
  }
}

function onLateFin(table: ConnectionTable, view: TrackedView, headers: Headers): void {
  const { connection } = view;
  noteFin(isFromClient(view, headers) ? connection.client : connection.server, headers);
  if (connection.client.hasFin && connection.server.hasFin) table.end(connection, headers.timeUs);
  else if (connection.isAlive) table.schedule(connection, headers.timeUs + table.settings.halfClosedUs);
}

/** Nothing but acknowledgments from one side: no sign that there ever was a connection to reset. */
function isBareProbe({ client, server }: TrackedConnection): boolean {
  return client.hasSpoken && client.octets === 0 && !client.hasFin && !server.hasSpoken;
}
