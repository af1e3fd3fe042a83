import {
  addressOf,
  type Ground,
  isSelected,
  isWithin,
  type Labels,
  type LabelSelector,
  podOf,
  Unreadable,
} from "./ground.ts";

/**
 * ClusterNetworkPolicies (policy.networking.k8s.io/v1alpha2, standard channel) as their API reference has them, tiers
 * and priorities and all, written without looking at the writer.
 */
export interface ClusterPolicy {
  readonly spec: {
    readonly tier: string;
    readonly priority: number;
    readonly subject: Peer;
    readonly ingress?: readonly ClusterRule[];
    readonly egress?: readonly ClusterRule[];
  };
}

interface ClusterRule {
  readonly action: "Accept" | "Deny" | "Pass";
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly protocols?: readonly ProtocolMatch[];
}

interface Peer {
  readonly namespaces?: LabelSelector;
  readonly pods?: { readonly namespaceSelector?: LabelSelector; readonly podSelector: LabelSelector };
  readonly networks?: readonly string[];
}

interface ProtocolMatch {
  readonly tcp?: PortMatch;
  readonly udp?: PortMatch;
  readonly sctp?: PortMatch;
  readonly destinationNamedPort?: string;
}

interface PortMatch {
  readonly destinationPort?: {
    readonly number?: number;
    readonly range?: { readonly start: number; readonly end: number };
  };
}

type NamespaceLabels = (namespace: string) => Labels;

/** What the NetworkPolicies between the tiers say to it; undefined where none selects the pod in this direction. */
export type NetworkPolicyTier = boolean | undefined;

/** "Policy tiers are evaluated in the order Admin, NetworkPolicy, Baseline"; what none decides is allowed. */
export function clusterAllows(
  policies: readonly ClusterPolicy[],
  ground: Ground,
  { namespaceLabels, networkPolicies }: { namespaceLabels: NamespaceLabels; networkPolicies: NetworkPolicyTier },
): boolean {
  const byAdmin = decide(policies, "Admin", ground, namespaceLabels);
  if (byAdmin !== undefined) return byAdmin === "Accept";
  if (networkPolicies !== undefined) return networkPolicies;
  return decide(policies, "Baseline", ground, namespaceLabels) !== "Deny";
}

/** The first rule that matches, of the policy of the lowest priority value; Pass leaves the tier. */
function decide(
  policies: readonly ClusterPolicy[],
  tier: string,
  ground: Ground,
  namespaceLabels: NamespaceLabels,
): "Accept" | "Deny" | undefined {
  const own = policies.filter(({ spec }) => spec.tier === tier && isSubject(spec.subject, ground, namespaceLabels));
  const rules = own
    .toSorted((a, b) => a.spec.priority - b.spec.priority)
    .flatMap(({ spec }) => spec[ground.direction] ?? []);
  const first = rules.find((rule) => ruleMatches(rule, ground, namespaceLabels));
  return first === undefined || first.action === "Pass" ? undefined : first.action;
}

function isSubject(subject: Peer, { subject: pod }: Ground, namespaceLabels: NamespaceLabels): boolean {
  if (pod.hostNetwork) return false;
  return podMatches(subject, pod, namespaceLabels);
}

function ruleMatches(rule: ClusterRule, ground: Ground, namespaceLabels: NamespaceLabels): boolean {
  const peers = (ground.direction === "ingress" ? rule.from : rule.to) ?? [];
  if (ground.direction === "ingress" && peers.some(({ networks }) => networks !== undefined))
    throw new Unreadable("networks can't be named in ingress");
  return peers.some((peer) => peerMatches(peer, ground, namespaceLabels)) && protocolsMatch(rule.protocols, ground);
}

/** "Cluster-internal traffic will be checked against" networks as well; pods in the host network are nobody's peers. */
function peerMatches(peer: Peer, ground: Ground, namespaceLabels: NamespaceLabels): boolean {
  if (peer.networks !== undefined) return peer.networks.some((network) => isWithin(network, addressOf(ground)));
  const pod = podOf(ground);
  return pod !== undefined && podMatches(peer, pod, namespaceLabels);
}

function podMatches(
  { namespaces, pods }: Peer,
  pod: { readonly namespace: string; readonly labels: Labels },
  namespaceLabels: NamespaceLabels,
): boolean {
  const labels = namespaceLabels(pod.namespace);
  if (namespaces !== undefined) return isSelected(namespaces, labels);
  if (pods === undefined) throw new Unreadable("a peer must have one field");
  return isSelected(pods.namespaceSelector ?? {}, labels) && isSelected(pods.podSelector, pod.labels);
}

/** "If unspecified, protocol-specific attributes will not be used to match traffic." */
function protocolsMatch(protocols: readonly ProtocolMatch[] | undefined, ground: Ground): boolean {
  return protocols === undefined || protocols.some((match) => protocolMatches(match, ground));
}

function protocolMatches(match: ProtocolMatch, { direction, subject, other, protocol, port }: Ground): boolean {
  const name = match.destinationNamedPort;
  if (name !== undefined) {
    const server = direction === "ingress" ? subject : other;
    if (server.kind !== "pod") return false;
    return server.ports.some((own) => own.name === name && own.containerPort === port && own.protocol === protocol);
  }
  const ports = { TCP: match.tcp, UDP: match.udp, SCTP: match.sctp }[protocol];
  if (ports === undefined) return false;
  const { number, range } = ports.destinationPort ?? {};
  if (range !== undefined) return range.start <= port && port <= range.end;
  return number === undefined || number === port;
}
