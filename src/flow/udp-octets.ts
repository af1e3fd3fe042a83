import type { Headers } from "../packet/headers.ts";
import type { CountedDatagram, TrackedSide, TrackedView } from "./tracked.ts";
import { isFromClient } from "./view-index.ts";

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
 * Counts a datagram's octets once, however many interfaces on one path show it. Those behind a router show it with
 * another hop limit than the first; but so do a server whose answers take several ways, and a client that has a mind
 * to. What has another hop limit is therefore counted apart, and left out once one of it turns out to be a copy.
 */
export function countOctets(view: TrackedView, headers: Headers, bytes: Uint8Array): void {
  const fromClient = isFromClient(view, headers);
  const side = fromClient ? view.connection.client : view.connection.server;
  const { latest } = side;
  if (headers.hopLimit !== (fromClient ? view.clientHops : view.serverHops)) {
    if (latest !== undefined && !latest.hasCopiesElsewhere) countElsewhere(latest, headers, bytes);
  } else if (latest === undefined) {
    side.latest = firstDatagram(headers, digest(bytes, headers));
    side.octets += headers.payloadLength;
  } else if (!isCopy(latest, headers, digest(bytes, headers))) {
    side.octets += headers.payloadLength;
  }
}

/** Of a side: what it has sent so far. */
export function datagramOctets({ octets, latest }: TrackedSide): number {
  return latest === undefined || latest.hasCopiesElsewhere ? octets : octets + latest.octetsElsewhere;
}

/** FNV-1a over the first octets and the length: only equality matters, and only among a few. */
export function digest(bytes: Uint8Array, headers: Headers): number {
  let hash = 0x811c9dc5 ^ headers.payloadLength;
  const end = Math.min(headers.payloadEnd, headers.payloadStart + DIGEST_OCTETS);
  for (let at = headers.payloadStart; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}

function firstDatagram({ ipId, timeUs }: Headers, token: number): CountedDatagram {
  return { digest: token, ipId, timeUs, octetsElsewhere: 0, hasCopiesElsewhere: false };
}

/** However late: interfaces are read one after the other, and captures of two nodes need not agree on the time. */
function countElsewhere(latest: CountedDatagram, headers: Headers, bytes: Uint8Array): void {
  if (headers.ipId === latest.ipId && digest(bytes, headers) === latest.digest) latest.hasCopiesElsewhere = true;
  else latest.octetsElsewhere += headers.payloadLength;
}

/** Whether the side's latest datagram is seen again; else this one is its latest. */
function isCopy(latest: CountedDatagram, { ipVersion, ipId, timeUs }: Headers, token: number): boolean {
  const withinUs = ipVersion === 4 && ipId !== 0 ? COPY_US : NAMELESS_COPY_US;
  if (token === latest.digest && ipId === latest.ipId && timeUs - latest.timeUs <= withinUs) return true;
  latest.digest = token;
  latest.ipId = ipId;
  latest.timeUs = timeUs;
  return false;
}
