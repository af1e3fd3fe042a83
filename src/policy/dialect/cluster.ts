import type { LabelSelector } from "../../cluster/workload.ts";
import type { Direction } from "../../profile/edge.ts";
import { NAMESPACE_NAME_LABEL } from "../api-peer.ts";
import { subdomainFault } from "../names.ts";
import type { PolicyHead } from "../network-policy.ts";
import { isEveryAddress, type Rule, type RulePeer, type RulePort } from "../rule.ts";
import { canonicalSelector } from "../selector.ts";
import { chunks } from "./chunks.ts";
import { unwritable, type Written } from "./written.ts";

/** Of rules in a direction, peers and protocols in a rule, and networks in a peer: the same limit for all. */
const MAX = 25;
/** In the middle, so that there is room on both sides. */
const PRIORITY = 500;
const EVERY_ADDRESS = ["0.0.0.0/0", "::/0"];

/**
 * policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy, of the standard channel, in the baseline tier: what was
 * learned is accepted, all else denied, and a namespace's own NetworkPolicies come before it.
 * https://network-policy-api.sigs.k8s.io/api-overview/
 */
export function toClusterPolicy(head: PolicyHead, rules: readonly Rule[]): Written {
  const { namespace, labels, directions } = head;
  const name = `${namespace}.${head.name}`; // no namespace holds a dot, so that no two share a name
  const of = (direction: Direction): readonly object[] => [
    ...rules.filter((rule) => rule.direction === direction).flatMap((rule) => acceptRules(rule, namespace)),
    denyRule(direction),
  ];
  const spec = {
    tier: "Baseline",
    priority: PRIORITY,
    subject: { pods: podsOf(namespace, head.podSelector) },
    ...(directions.includes("ingress") && { ingress: of("ingress") }),
    ...(directions.includes("egress") && { egress: of("egress") }),
  };
  const notes = notesOn(directions, rules);
  const obstacle = obstacleTo(name, spec);
  if (obstacle !== undefined) return unwritable(notes, obstacle);
  const metadata = { name, labels };
  const document = { apiVersion: "policy.networking.k8s.io/v1alpha2", kind: "ClusterNetworkPolicy", metadata, spec };
  return { document, notes };
}

/** Rules are never dropped or drawn together to make it fit: that would refuse, or let through, more than was said. */
function obstacleTo(
  name: string,
  { ingress = [], egress = [] }: { readonly ingress?: readonly object[]; readonly egress?: readonly object[] },
): string | undefined {
  const fault = subdomainFault(name);
  if (fault !== undefined) return `${name} cannot name one: ${fault}`;
  const most = Math.max(ingress.length, egress.length);
  return most > MAX ? `it takes ${most} rules of a direction, and the API allows ${MAX}` : undefined;
}

function notesOn(directions: readonly Direction[], rules: readonly Rule[]): readonly string[] {
  const inward = rules.filter(({ direction }) => direction === "ingress");
  const blocks = inward.flatMap(({ peers }) => peers.filter((peer) => peer.kind === "block"));
  return [
    "it is in the baseline tier: a NetworkPolicy that selects these pods is asked in its place, and decides alone",
    `its priority is ${PRIORITY}: give it another where a baseline policy of that priority speaks of the same pods`,
    ...(directions.includes("ingress")
      ? ["addresses can't be named in ingress: whoever comes from outside or from a node is let in, on every port"]
      : []),
    ...(blocks.some(isEveryAddress) ? ["every address coming in is every pod, whichever family it speaks"] : []),
    ...(blocks.some((block) => !isEveryAddress(block))
      ? ["a network coming in is left out, and lets in no pod whose address lies in it"]
      : []),
    ...(directions.includes("egress") ? ["outside destinations and nodes are addresses in the standard channel"] : []),
  ];
}

function acceptRules({ direction, peers, ports }: Rule, namespace: string): readonly object[] {
  const all = direction === "ingress" ? ingressPeers(peers, namespace) : egressPeers(peers, namespace);
  const way = direction === "ingress" ? "from" : "to";
  return chunks(all, MAX).flatMap((some) =>
    (ports.length === 0 ? [undefined] : chunks(ports.map(protocolOf), MAX)).map((protocols) => ({
      action: "Accept",
      [way]: some,
      ...(protocols !== undefined && { protocols }),
    })),
  );
}

/** Denied are only those whom ingress can name. */
function denyRule(direction: Direction): object {
  return direction === "ingress"
    ? { name: "nobody else in the cluster", action: "Deny", from: [{ namespaces: {} }] }
    : { name: "nowhere else", action: "Deny", to: [{ networks: EVERY_ADDRESS }] };
}

/** A network that lets in every address lets in every pod, and pods can be named. */
function ingressPeers(peers: readonly RulePeer[], namespace: string): readonly object[] {
  const isOpen = peers.some((peer) => peer.kind === "everyone" || (peer.kind === "block" && isEveryAddress(peer)));
  return isOpen ? [{ namespaces: {} }] : podPeers(peers, namespace);
}

function egressPeers(peers: readonly RulePeer[], namespace: string): readonly object[] {
  if (peers.some(({ kind }) => kind === "everyone")) return [{ networks: EVERY_ADDRESS }];
  const networks = peers.flatMap((peer) => (peer.kind === "block" ? [peer.cidr] : []));
  return [...podPeers(peers, namespace), ...chunks(networks, MAX).map((some) => ({ networks: some }))];
}

function podPeers(peers: readonly RulePeer[], namespace: string): readonly object[] {
  return peers.flatMap((peer) => {
    if (peer.kind === "pods") return [{ pods: podsOf(peer.namespace, peer.selector) }];
    return peer.kind === "namespace" ? [{ pods: podsOf(namespace, {}) }] : [];
  });
}

function podsOf(namespace: string, selector: LabelSelector): object {
  return {
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: namespace } },
    podSelector: canonicalSelector(selector),
  };
}

function protocolOf({ protocol, port, endPort }: RulePort): object {
  const destinationPort = endPort === undefined ? { number: port } : { range: { start: port, end: endPort } };
  return { [protocol.toLowerCase()]: { destinationPort } };
}
