import { addressText } from "../packet/address.ts";
import { rfc3339 } from "./rfc3339.ts";
import type {
  ByteCount,
  Connection,
  Endpoint,
  InferredFrom,
  OtherAddresses,
  TransportProtocol,
  View,
} from "./connection.ts";
import { type Homes, otherHomes } from "./homes.ts";
import type { Listeners } from "./listeners.ts";
import { isExact } from "./tcp-reach.ts";
import { beginsWithAnswer } from "./udp-direction.ts";
import { type TrackedConnection, type TrackedSide, type TrackedView, UNSEEN } from "./tracked.ts";
import { datagramOctets } from "./udp-octets.ts";

type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

const NO_VIEWS: readonly View[] = [];

/** The record of a connection as it stands now: the first place where addresses become text. Made for each, so in one piece. */
export function recordConnection(tracked: TrackedConnection, listeners: Listeners): Connection {
  const { protocol, outcome, startUs, endUs, views } = tracked;
  const path = alongThePath(views);
  const first = clientOf(path[0]!);
  const second = serverOf(path[path.length - 1]!);
  const { bearing, inferredFrom } = directionOf(tracked, first, second, listeners);
  const isReversed = bearing === "reversed";
  const record: Mutable<Connection> = {
    id: idOf(tracked),
    protocol,
    client: isReversed ? second : first,
    server: isReversed ? first : second,
    outcome,
    bytes: byteCount(tracked, isReversed),
    startUs,
    endUs,
    nat: path.length === 1 ? NO_VIEWS : otherViews(path, first, second, isReversed),
  };
  if (outcome === "established") listeners.add(protocol, record.server);
  if (bearing === "unknown") {
    record.direction = "unknown";
    if (isOneSided(tracked)) record.oneSided = true;
  }
  if (inferredFrom !== undefined) record.inferredFrom = inferredFrom;
  if (tracked.estimatedSinceUs !== UNSEEN) record.estimatedSince = rfc3339(tracked.estimatedSinceUs);
  const multihomed = tracked.homes === undefined ? undefined : otherAddresses(tracked.homes, first, second);
  if (multihomed !== undefined) record.multihomed = multihomed;
  return record;
}

/** Undefined where each side has told no other address than the one by which it is known. */
function otherAddresses(homes: Homes, client: Endpoint, server: Endpoint): OtherAddresses | undefined {
  const others = { client: otherHomes(homes.client, client.ip), server: otherHomes(homes.server, server.ip) };
  return others.client.length + others.server.length === 0 ? undefined : others;
}

function idOf({ era, serial }: TrackedConnection): string {
  return `${era}-${serial.toString(36)}`;
}

/** From the client to the server: every router lowers the hop limit of what the client sent. */
function alongThePath(views: readonly TrackedView[]): readonly TrackedView[] {
  if (views.length === 1) return views;
  return [...views].sort((a, b) => {
    if (a.clientHops > 0 && b.clientHops > 0) return b.clientHops - a.clientHops;
    if (a.serverHops > 0 && b.serverHops > 0) return a.serverHops - b.serverHops;
    return 0;
  });
}

function clientOf({ ends }: TrackedView): Endpoint {
  return { ip: addressText(ends, 0), port: ends[8]! };
}

function serverOf({ ends }: TrackedView): Endpoint {
  return { ip: addressText(ends, 4), port: ends[9]! };
}

/** Those on the path that differ from the ends that the connection is known by. */
function otherViews(
  path: readonly TrackedView[],
  first: Endpoint,
  second: Endpoint,
  isReversed: boolean,
): readonly View[] {
  const views = path.map((view): View => ({ client: clientOf(view), server: serverOf(view) }));
  const others = views.filter(({ client, server }) => !isSameEnd(client, first) || !isSameEnd(server, second));
  return isReversed ? others.map(({ client, server }) => ({ client: server, server: client })) : others;
}

function isSameEnd(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.ip === b.ip;
}

interface Bearing {
  readonly bearing: "straight" | "reversed" | "unknown";
  /** Where no handshake told it. */
  readonly inferredFrom?: InferredFrom;
}

const UNKNOWN: Bearing = { bearing: "unknown" };
const STRAIGHT: Bearing = { bearing: "straight" };
const REVERSED: Bearing = { bearing: "reversed" };

/** The first sender is the client, unless the handshake was missed or the ports say that this was an answer. */
function directionOf(tracked: TrackedConnection, first: Endpoint, second: Endpoint, listeners: Listeners): Bearing {
  if (tracked.isLate) return lateDirectionOf(tracked, first, second, listeners);
  return tracked.protocol === "UDP" && beginsWithAnswer(first, second, listeners) ? REVERSED : STRAIGHT;
}

function lateDirectionOf(tracked: TrackedConnection, first: Endpoint, second: Endpoint, listeners: Listeners): Bearing {
  if (tracked.outcome !== "inferred") return UNKNOWN;
  const { inferredFrom } = tracked;
  if (inferredFrom !== undefined) return { bearing: tracked.isReversed ? "reversed" : "straight", inferredFrom };
  // Half a conversation may be forged: it is never believed to lead to a listener.
  if (isOneSided(tracked)) return UNKNOWN;
  const firstReason = listeners.whyListening(tracked.protocol, first);
  const secondReason = listeners.whyListening(tracked.protocol, second);
  if (secondReason !== undefined && firstReason === undefined)
    return { bearing: "straight", inferredFrom: secondReason };
  if (firstReason !== undefined && secondReason === undefined)
    return { bearing: "reversed", inferredFrom: firstReason };
  return UNKNOWN;
}

function isOneSided({ client, server }: TrackedConnection): boolean {
  return !client.hasSpoken || !server.hasSpoken;
}

function byteCount(tracked: TrackedConnection, isReversed: boolean): ByteCount | null {
  const exact = isCounted(tracked);
  if (exact === undefined) return null;
  const client = octetsOf(tracked.protocol, tracked.client);
  const server = octetsOf(tracked.protocol, tracked.server);
  return { toServer: isReversed ? server : client, toClient: isReversed ? client : server, exact };
}

function octetsOf(protocol: TransportProtocol, side: TrackedSide): number {
  return protocol === "UDP" ? datagramOctets(side) : side.octets;
}

/** Whether the count is exact; undefined where there is none. */
function isCounted(tracked: TrackedConnection): boolean | undefined {
  const { protocol, outcome, client, server, wasReset } = tracked;
  if (protocol === "UDP") return !tracked.isLate && tracked.estimatedSinceUs === UNSEEN;
  if (protocol !== "TCP" || outcome !== "established") return undefined;
  return client.hasFin || server.hasFin || wasReset ? isExact(tracked) : undefined;
}
