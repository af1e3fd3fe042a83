import type { Flow, Party, ServerParty } from "../cluster/flow.ts";
import type { PodIdentity } from "../cluster/identity.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import type { AskedNames } from "./asked-names.ts";
import type { EdgeIdentity, Witness } from "./edge-record.ts";
import type { Direction, Peer } from "./edge.ts";

/** What a flow says of one workload: in whose profile, which edge, shown by whom. */
export interface EdgeObservation {
  readonly workload: WorkloadRef;
  readonly edge: EdgeIdentity;
  readonly witness: Witness;
}

/** What an outside address was called: by the DNS answers that led `client` to it, and by the client itself. */
export type Names = Pick<AskedNames, "namesFor" | "claimedFor">;

/**
 * In: an identified flow. Out: the edges that it shows, egress for the client's workload and ingress for
 * the server's. With `node` only that node's own side: egress where the client pod runs, ingress where the
 * server pod runs, so that what all nodes tell can be added up and counts nothing twice.
 */
export function observeEdges(flow: Flow, names: Names, node: string | undefined): readonly EdgeObservation[] {
  if (flow.connection.direction === "unknown") return [];
  return flow.servers.flatMap((server) => {
    if (isSamePod(flow.client, server)) return []; // a pod may always talk to itself
    return [...observeEgress(flow, server, names, node), ...observeIngress(flow, server, node)];
  });
}

function observeEgress(
  flow: Flow,
  server: ServerParty,
  names: Names,
  node: string | undefined,
): readonly EdgeObservation[] {
  const { identity, ip } = flow.client;
  if (identity.kind !== "pod" || !isOwnSide(identity, node)) return [];
  const seen = observation(flow, "egress", identity, server, server.port);
  if (server.identity.kind !== "external") return [seen];
  const led = [...names.namesFor(ip, server.ip), ...serviceNames(flow)];
  return [{ ...seen, witness: { ...seen.witness, names: led, claimedNames: names.claimedFor(ip, server.ip) } }];
}

/** A Service led to its endpoint outside (an API server, a database of manual endpoints) as a name would have. */
function serviceNames({ service }: Flow): readonly string[] {
  return service === undefined ? [] : [`${service.name}.${service.namespace}.svc`];
}

function observeIngress(flow: Flow, server: ServerParty, node: string | undefined): readonly EdgeObservation[] {
  const { identity } = server;
  if (identity.kind !== "pod" || !isOwnSide(identity, node)) return [];
  // Of a Service's backends only the one that answered shows it, and on its own node it is seen by its address.
  if (flow.resolution === "endpoints" && node !== undefined) return [];
  return [observation(flow, "ingress", identity, flow.client, server.port)];
}

function observation(
  flow: Flow,
  direction: Direction,
  own: PodIdentity,
  other: Party,
  port: number | undefined,
): EdgeObservation {
  return {
    workload: own.workload,
    edge: { direction, peer: toPeer(other), protocol: flow.connection.protocol, port: port ?? 0 },
    witness: { pod: own.pod, node: own.node, resolution: flow.resolution, names: [], claimedNames: [] },
  };
}

function toPeer({ identity, ip }: Party): Peer {
  switch (identity.kind) {
    case "pod":
      return { type: "workload", ...identity.workload };
    case "host":
      return identity.node === undefined ? { type: "host", ip } : { type: "host", ip, name: identity.node };
    case "external":
      return { type: "external", ip };
    case "unresolved":
      return { type: "unresolved", ip, reason: identity.reason };
  }
}

function isOwnSide(identity: PodIdentity, node: string | undefined): boolean {
  return node === undefined || identity.node === undefined || identity.node === node;
}

function isSamePod(client: Party, server: Party): boolean {
  if (client.identity.kind !== "pod" || server.identity.kind !== "pod") return false;
  return client.ip === server.ip;
}
