import type { Headers } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import { countOctets, digest } from "./udp-octets.ts";
import { hasSameClient, hasSameServer } from "./view-ends.ts";
import { isFromClient } from "./view-index.ts";

const DNS_PORT = 53;

/**
 * In: the headers of one datagram and the frame's bytes. Out: what it changes in the table. The first
 * sender is the client; who owns a well-known port may correct that when the conversation is told.
 */
export function trackUdp(table: ConnectionTable, headers: Headers, bytes: Uint8Array): TrackedView {
  const view = table.views.find(headers) ?? openUdp(table, headers, bytes);
  const { connection } = view;
  const { timeUs } = headers;
  if (timeUs > connection.endUs) connection.endUs = timeUs;
  const fromClient = isFromClient(view, headers);
  if (!fromClient && connection.phase === "attempted") table.prove(connection, timeUs);
  if (!fromClient && view.serverHops === 0) view.serverHops = headers.hopLimit;
  if (connection.unheardToServer + connection.unheardToClient > 0) countUnheard(connection);
  if (view === connection.views[0]) countOctets(view, headers, bytes);
  return view;
}

function openUdp(table: ConnectionTable, headers: Headers, bytes: Uint8Array): TrackedView {
  const view = table.open(headers, "client");
  table.index(view, digest(bytes, headers));
  view.ipId = headers.ipId;
  view.askedUs = headers.timeUs;
  if (!table.joinByToken(view, isSameDatagram)) {
    table.schedule(view.connection, headers.timeUs + table.settings.udpUnansweredUs);
  }
  return view;
}

/**
 * The same datagram before and after NAT: in each view it has another hop limit. An IP id tells as much as the
 * digest does, but many sockets send every datagram with id 0. Then only DNAT is believed, which leaves the client
 * as it was, and masquerading for DNS, whose messages have an id and a question of their own.
 */
function isSameDatagram(view: TrackedView, other: TrackedConnection, joinUs: number): boolean {
  if (other.phase === "gone") return false;
  const { askedUs, clientHops } = view;
  const isApart = (known: TrackedView): boolean =>
    known.clientHops === clientHops || Math.abs(askedUs - known.askedUs) > joinUs;
  return !other.views.some(isApart) && other.views.some((known) => isOtherViewOf(known, view));
}

function isOtherViewOf(known: TrackedView, view: TrackedView): boolean {
  if (known.ipId !== view.ipId) return false;
  if (view.ipId !== 0 || hasSameClient(known.ends, view.ends)) return true;
  return view.ends[9] === DNS_PORT && hasSameServer(known.ends, view.ends);
}

/** It is heard again, and so was there all the time that it was muted. */
function countUnheard(connection: TrackedConnection): void {
  connection.client.octets += connection.unheardToServer;
  connection.server.octets += connection.unheardToClient;
  connection.unheardToServer = 0;
  connection.unheardToClient = 0;
}
