import { addressText } from "../packet/address.ts";
import { rfc3339 } from "./rfc3339.ts";
import type { ByteCount, Connection, Endpoint, InferredFrom, View } from "./connection.ts";
import type { Listeners } from "./listeners.ts";
import { isExact } from "./tcp-reach.ts";
import { beginsWithAnswer } from "./udp-direction.ts";
import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";

/** The record of a connection as it stands now: the first place where addresses become text. */
export function recordConnection(tracked: TrackedConnection, listeners: Listeners): Connection {
  const path = alongThePath(tracked.views).map(toView);
  const { client } = path[0]!;
  const { server } = path[path.length - 1]!;
  const straight: View = { client, server };
  const base = {
    id: tracked.id,
    protocol: tracked.protocol,
    outcome: tracked.outcome,
    bytes: byteCount(tracked),
    ...(tracked.estimatedSinceUs === UNSEEN ? {} : { estimatedSince: rfc3339(tracked.estimatedSinceUs) }),
    startUs: tracked.startUs,
    endUs: tracked.endUs,
  };
  const { bearing, inferredFrom } = directionOf(tracked, straight, listeners);
  if (tracked.outcome === "established") listeners.add(tracked.protocol, bearing === "reversed" ? client : server);
  const inferred = inferredFrom === undefined ? {} : { inferredFrom };
  switch (bearing) {
    case "straight":
      return { ...base, ...inferred, client, server, nat: otherViews(path, straight) };
    case "reversed": {
      const nat = otherViews(path, straight).map(reverse);
      return { ...reverseBytes(base), ...inferred, client: server, server: client, nat };
    }
    case "unknown": {
      const oneSided = isOneSided(tracked) ? { oneSided: true as const } : {};
      return { ...base, ...oneSided, client, server, direction: "unknown", nat: otherViews(path, straight) };
    }
  }
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

function toView(view: TrackedView): View {
  return {
    client: { ip: addressText(view.ends, 0), port: view.ends[8]! },
    server: { ip: addressText(view.ends, 4), port: view.ends[9]! },
  };
}

function otherViews(path: readonly View[], straight: View): readonly View[] {
  return path.filter((view) => !isSameEnd(view.client, straight.client) || !isSameEnd(view.server, straight.server));
}

function isSameEnd(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.ip === b.ip;
}

function reverse(view: View): View {
  return { client: view.server, server: view.client };
}

interface Bearing {
  readonly bearing: "straight" | "reversed" | "unknown";
  /** Where no handshake told it. */
  readonly inferredFrom?: InferredFrom;
}

const UNKNOWN: Bearing = { bearing: "unknown" };

/** The first sender is the client, unless the handshake was missed or the ports say that this was an answer. */
function directionOf(tracked: TrackedConnection, straight: View, listeners: Listeners): Bearing {
  if (tracked.isLate) return lateDirectionOf(tracked, straight, listeners);
  const isAnswer = tracked.protocol === "UDP" && beginsWithAnswer(straight, listeners);
  return { bearing: isAnswer ? "reversed" : "straight" };
}

function lateDirectionOf(tracked: TrackedConnection, { client, server }: View, listeners: Listeners): Bearing {
  if (tracked.outcome !== "inferred") return UNKNOWN;
  const { inferredFrom } = tracked;
  if (inferredFrom !== undefined) return { bearing: tracked.isReversed ? "reversed" : "straight", inferredFrom };
  // Half a conversation may be forged: it is never believed to lead to a listener.
  if (isOneSided(tracked)) return UNKNOWN;
  const serverReason = listeners.whyListening(tracked.protocol, server);
  const clientReason = listeners.whyListening(tracked.protocol, client);
  if (serverReason !== undefined && clientReason === undefined)
    return { bearing: "straight", inferredFrom: serverReason };
  if (clientReason !== undefined && serverReason === undefined)
    return { bearing: "reversed", inferredFrom: clientReason };
  return UNKNOWN;
}

function isOneSided({ client, server }: TrackedConnection): boolean {
  return !client.hasSpoken || !server.hasSpoken;
}

function byteCount(tracked: TrackedConnection): ByteCount | null {
  const { protocol, outcome, client, server } = tracked;
  const counted = { toServer: client.octets, toClient: server.octets };
  if (protocol === "UDP") return { ...counted, exact: !tracked.isLate && tracked.estimatedSinceUs === UNSEEN };
  const isOver = client.hasFin || server.hasFin || tracked.wasReset;
  return protocol === "TCP" && outcome === "established" && isOver ? { ...counted, exact: isExact(tracked) } : null;
}

function reverseBytes<Base extends { readonly bytes: ByteCount | null }>(base: Base): Base {
  if (base.bytes === null) return base;
  return { ...base, bytes: { toServer: base.bytes.toClient, toClient: base.bytes.toServer, exact: base.bytes.exact } };
}
