import type { WorkloadRef } from "../../cluster/workload.ts";
import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { choiceOf, isKept } from "./choice.ts";
import { doubted, excluded, type HeldBack, switchedOff, unusable } from "./held-back.ts";
import { nodeCacheGrants } from "./node-cache.ts";
import { externalPeer, hostPeer, unresolvedPeer } from "./peer-of-edge.ts";
import type { Published } from "./published-ports.ts";
import { portKey } from "./served-ports.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Grant, Origin, RulePeer, RulePort } from "../rule.ts";

/** What becomes of an edge. `needless`: it passes, or should, without a rule of its own. */
export type Judgement =
  | { readonly kind: "granted"; readonly grants: readonly Grant[] }
  | { readonly kind: "needless" }
  | ({ readonly kind: "held back" } & HeldBack);

/** All that the edges of one profile are judged by. */
export interface Grounds extends Surroundings {
  readonly profile: Profile;
  /** `edgeKey` of the edges that are DNS. */
  readonly resolvers: ReadonlySet<string>;
  /** `TCP/8080` -> the Service that publishes it. */
  readonly published: ReadonlyMap<string, Published>;
  /** `UDP/53`, ...: its own ports that a Service offers as DNS. */
  readonly servedDns: ReadonlySet<string>;
}

const NEEDLESS: Judgement = { kind: "needless" };

export function judgeEdge(edge: Edge, grounds: Grounds): Judgement {
  const { settings } = grounds;
  const mode = settings.modes[edge.direction];
  if (!settings.directions.includes(edge.direction) || mode === "allow-all") return NEEDLESS;
  const obstacle = unusable(edge, settings) ?? excluded(edge, settings);
  if (obstacle !== undefined) return { kind: "held back", ...obstacle };
  if (mode === "deny-all")
    return { kind: "held back", code: "mode", reason: `the options refuse all ${edge.direction}` };
  if (grounds.resolvers.has(edgeKey(edge))) return judgeResolver(edge, grounds);
  return mode === "learned" ? judgeLearned(edge, grounds) : judgeByNamespace(edge, grounds);
}

function judgeResolver(edge: Edge, grounds: Grounds): Judgement {
  const off = isKept(edge, grounds.settings) ? undefined : switchedOff(edge, grounds.settings);
  if (off !== undefined) return { kind: "held back", ...off };
  const ports = dnsPorts(edge);
  const judgement = grant(edge, grounds, "dns", ports);
  if (judgement.kind !== "granted") return judgement;
  return { kind: "granted", grants: [...judgement.grants, ...nodeCacheGrants(edge, ports, grounds)] };
}

function judgeByNamespace({ peer }: Edge, { profile }: Grounds): Judgement {
  const { namespace } = profile.workload;
  if (peer.type === "workload" && peer.namespace === namespace) return NEEDLESS;
  const name = peer.type === "workload" ? `${peer.namespace}/${peer.name}` : peer.ip;
  return { kind: "held back", code: "mode", reason: `${name} is outside of the namespace ${namespace}` };
}

function judgeLearned(edge: Edge, grounds: Grounds): Judgement {
  const isSelf = isOwnWorkload(edge, grounds.profile);
  if (isFromOwnNode(edge) || (isSelf && grounds.profile.workload.kind === "Pod")) return NEEDLESS;
  const doubt = doubted(edge, grounds.settings) ?? (isSelf ? refusedAtOtherEnd(edge, grounds) : undefined);
  if (doubt !== undefined) return { kind: "held back", ...doubt };
  const { protocol, port } = edge;
  const everyAddress = openedTo(edge, grounds);
  const ports = portsOf(edge, grounds);
  if (everyAddress.length > 0) return grantedToAll(edge, everyAddress, ports);
  if (edge.direction === "ingress" && grounds.servedDns.has(portKey(protocol, port))) {
    return grant(edge, grounds, "dns", dnsPorts(edge));
  }
  const judgement = grant(edge, grounds, "learned", ports);
  return isSelf ? withOtherEnd(judgement, grounds) : judgement;
}

function isOwnWorkload({ peer }: Edge, { workload }: Profile): boolean {
  const { namespace, kind, name } = workload;
  return peer.type === "workload" && peer.kind === kind && peer.name === name && peer.namespace === namespace;
}

function refusedAtOtherEnd({ direction }: Edge, { settings }: Grounds): HeldBack | undefined {
  const other = direction === "ingress" ? "egress" : "ingress";
  if (!settings.directions.includes(other) || settings.modes[other] !== "deny-all") return undefined;
  return { code: "mode", reason: `the options refuse all ${other}, and its other end is in the same workload` };
}

/** Pods of one workload among themselves: the same policy stands at both ends, and must let through at both. */
function withOtherEnd(judgement: Judgement, { settings }: Grounds): Judgement {
  if (judgement.kind !== "granted") return judgement;
  const learned = settings.directions.filter((direction) => settings.modes[direction] === "learned");
  const grants = judgement.grants.flatMap((own) => learned.map((direction) => ({ ...own, direction })));
  return { kind: "granted", grants };
}

/** Kubelet probes and the like: a node may always reach its own pods, and a rule for it would only age. */
export function isFromOwnNode({ direction, peer, nodes }: Edge): boolean {
  if (direction !== "ingress" || peer.type !== "host" || nodes.length === 0) return false;
  return nodes.every((node) => node === peer.name);
}

/**
 * Clients of a NodePort or LoadBalancer reach the pod by way of a node, which as a rule puts its own address
 * in place of theirs: neither tells who may come tomorrow.
 */
function openedTo(edge: Edge, { published, settings }: Grounds): readonly RulePeer[] {
  const { direction, peer, protocol, port } = edge;
  const publication = published.get(portKey(protocol, port));
  if (direction !== "ingress" || publication === undefined) return [];
  if (peer.type !== "external" && peer.type !== "host") return [];
  if (choiceOf(edge, settings).cidr !== undefined) return [];
  if (settings.publishedPorts === "observed" || settings.external.mode === "none") return [];
  const { service, ranges } = publication;
  const everybody = peer.ip.includes(":") ? ["::/0"] : ["0.0.0.0/0"];
  return (ranges.length > 0 ? ranges : everybody).map((cidr) => ({ kind: "block", cidr, notes: [service] }));
}

/** The server's port, by all numbers that its name has on the server's pods. */
function portsOf(edge: Edge, { profile, served }: Pick<Grounds, "profile" | "served">): readonly RulePort[] {
  const server = serverOf(edge, profile);
  const { protocol, port } = edge;
  if (server === undefined) return [{ protocol, port }];
  return served.namesakes(server, edge).map((number) => ({ protocol, port: number }));
}

/** The workload whose port it is; undefined where it is none of the cluster's. */
export function serverOf({ direction, peer }: Edge, { workload }: Profile): WorkloadRef | undefined {
  if (direction === "ingress") return workload;
  return peer.type === "workload" ? peer : undefined;
}

function grantedToAll(edge: Edge, peers: readonly RulePeer[], ports: readonly RulePort[]): Judgement {
  const { direction } = edge;
  const edges = [edgeKey(edge)];
  const grants = peers.flatMap((peer) =>
    ports.map((port) => ({ direction, origin: "option" as const, peer, port, edges })),
  );
  return { kind: "granted", grants };
}

/** A resolver answers over TCP what is too long for UDP (RFC 7766), seen or not. */
function dnsPorts({ port }: Edge): readonly RulePort[] {
  return [
    { protocol: "UDP", port },
    { protocol: "TCP", port },
  ];
}

function grant(edge: Edge, grounds: Grounds, origin: Origin, ports: readonly RulePort[]): Judgement {
  const peer = peerOf(edge, grounds);
  return "code" in peer ? { kind: "held back", ...peer } : granted(edge, origin, peer, ports);
}

function granted(edge: Edge, origin: Origin, peer: RulePeer, ports: readonly RulePort[]): Judgement {
  const { direction } = edge;
  const edges = [edgeKey(edge)];
  return { kind: "granted", grants: ports.map((port) => ({ direction, origin, peer, port, edges })) };
}

function peerOf(edge: Edge, { peers, settings }: Grounds): RulePeer | HeldBack {
  const { peer } = edge;
  switch (peer.type) {
    case "workload":
      return peers.of(peer);
    case "host":
      return hostPeer(peer);
    case "external":
      return externalPeer(peer, choiceOf(edge, settings));
    case "unresolved":
      return unresolvedPeer(peer, choiceOf(edge, settings));
  }
}
