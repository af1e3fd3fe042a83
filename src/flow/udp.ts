import type { Headers } from "../packet/headers.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { TrackedConnection, TrackedSide, TrackedView } from "./tracked.ts";
import { hasSameClient, hasSameServer } from "./view-ends.ts";
import { isFromClient } from "./view-index.ts";

const DNS_PORT = 53;
/** Octets of a datagram that tell it from the next: a DNS message's id and question lie within. */
const DIGEST_OCTETS = 64;
/**
 * The same octets under the same IP id within so short a time are a copy that another interface shows: a bridge's
 * port and the bridge, a bond and its cable. Nothing on such a way lowers the hop limit. Without an IP id (IPv6, and
 * many sockets) the same octets may also be sent again, so that only what comes at once is a copy.
 */
const COPY_US = 20_000;
const NAMELESS_COPY_US = 100;

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

/** The first view alone counts, and of it only packets as far along the path as its first, once each. */
function countOctets(view: TrackedView, headers: Headers, bytes: Uint8Array): void {
  const fromClient = isFromClient(view, headers);
  if (headers.hopLimit !== (fromClient ? view.clientHops : view.serverHops)) return;
  const side = fromClient ? view.connection.client : view.connection.server;
  if (!isCopy(side, headers, digest(bytes, headers))) side.octets += headers.payloadLength;
}

/** Whether the side's latest datagram is seen again; else this one is its latest. */
function isCopy(side: TrackedSide, { ipVersion, ipId, timeUs }: Headers, token: number): boolean {
  const { latest } = side;
  if (latest === undefined) {
    side.latest = { digest: token, ipId, timeUs };
    return false;
  }
  const withinUs = ipVersion === 4 && ipId !== 0 ? COPY_US : NAMELESS_COPY_US;
  if (token === latest.digest && ipId === latest.ipId && timeUs - latest.timeUs <= withinUs) return true;
  latest.digest = token;
  latest.ipId = ipId;
  latest.timeUs = timeUs;
  return false;
}

/** It is heard again, and so was there all the time that it was muted. */
function countUnheard(connection: TrackedConnection): void {
  connection.client.octets += connection.unheardToServer;
  connection.server.octets += connection.unheardToClient;
  connection.unheardToServer = 0;
  connection.unheardToClient = 0;
}

/** FNV-1a over the first octets and the length: only equality matters, and only among a few. */
function digest(bytes: Uint8Array, headers: Headers): number {
  let hash = 0x811c9dc5 ^ headers.payloadLength;
  const end = Math.min(headers.payloadEnd, headers.payloadStart + DIGEST_OCTETS);
  for (let at = headers.payloadStart; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}
