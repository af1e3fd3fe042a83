import {
  addressOf,
  type Ground,
  isSelected,
  isWithin,
  type Labels,
  type LabelSelector,
  nodeOf,
  podOf,
  Unreadable,
} from "./ground.ts";

/**
 * A CiliumNetworkPolicy as Cilium's documentation has it, written from "Layer 3 Examples", "Layer 4 Examples", "Layer 7
 * Examples", "Using Kubernetes Constructs In Policy" and "Limiting Identity-Relevant Labels" without looking at the
 * writer. What is more than weir writes (deny rules, groups, Services, HTTP) is refused aloud.
 */
export interface CiliumPolicy {
  readonly metadata: { readonly namespace?: string };
  readonly spec: {
    readonly endpointSelector: LabelSelector;
    readonly ingress?: readonly CiliumRule[];
    readonly egress?: readonly CiliumRule[];
  };
}

export type CiliumRule = Readonly<Record<string, unknown>>;

interface PortRule {
  readonly ports?: readonly { readonly port: string; readonly endPort?: number; readonly protocol?: string }[];
  readonly rules?: { readonly dns?: readonly { readonly matchName?: string; readonly matchPattern?: string }[] };
}

/** What Cilium knows of the world beside pods. */
export interface CiliumWorld {
  readonly apiServers: readonly string[];
  /** What the names stand for, as DNS answers them. */
  readonly answers: ReadonlyMap<string, readonly string[]>;
  /** Whose a link-local address of a node is: it varies. */
  readonly linkLocal: "host" | "world";
  /** Whom the pods ask by UDP; where it is not known, any permitted lookup will do. */
  readonly resolver?: Ground["other"] | undefined;
  /** Which labels make identities: those of the default settings, or all. */
  readonly identities: "default" | "all labels";
}

/** Whether the policy lets through what it is asked about; pods that it does not select it leaves alone. */
export function ciliumAllows({ metadata, spec }: CiliumPolicy, ground: Ground, world: CiliumWorld): boolean {
  const { direction, subject } = ground;
  const namespace = metadata.namespace ?? "";
  // Selecting a pod isolates it in the directions for which the policy has rules, "ingress: [{}]" being one. The
  // endpointSelector "always applies in the namespace of the policy resource".
  const rules = spec[direction] ?? [];
  const own = identityLabels(subject.labels, world);
  const isSelecting = subject.namespace === namespace && isSelected(spec.endpointSelector, own);
  if (!isSelecting || rules.length === 0) return true;
  // "Kubernetes will automatically allow all communication from the local host of all local endpoints."
  if (direction === "ingress" && entitiesAt(ground, world).includes("host")) return true;
  return rules.some(
    (rule) => peerMatches(rule, { namespace, ground, world, egress: spec.egress ?? [] }) && portsMatch(rule, ground),
  );
}

interface Asked {
  readonly namespace: string;
  readonly ground: Ground;
  readonly world: CiliumWorld;
  readonly egress: readonly CiliumRule[];
}

/** Of the members that name peers one may be present; a rule without one matches everybody if it has ports, else nobody. */
function peerMatches(rule: CiliumRule, asked: Asked): boolean {
  const way = asked.ground.direction === "ingress" ? "from" : "to";
  const members = Object.keys(rule).filter((name) => name !== "toPorts");
  if (members.length > 1) throw new Unreadable(`combining ${members.join(" and ")} is not supported`);
  const [member] = members;
  if (member === undefined) return rule["toPorts"] !== undefined;
  const values = rule[member] as readonly unknown[];
  const { ground, world } = asked;
  switch (member) {
    case `${way}Endpoints`:
      return values.some((selector) => endpointMatches(selector as LabelSelector, asked));
    case `${way}Entities`:
      return values.includes("all") || entitiesAt(ground, world).some((entity) => values.includes(entity));
    case `${way}CIDR`:
      return isCidrIdentity(ground, world) && values.some((cidr) => isWithin(cidr as string, addressOf(ground)));
    case `${way}CIDRSet`:
      return isCidrIdentity(ground, world) && values.some((set) => cidrSetMatches(set as CidrSet, addressOf(ground)));
    case "toFQDNs":
      return isCidrIdentity(ground, world) && values.some((name) => nameMatches(name as Fqdn, asked));
    default:
      throw new Unreadable(`${member} is not known in ${ground.direction}`);
  }
}

/** A selector without a namespace is one for the policy's own. */
function endpointMatches(selector: LabelSelector, { namespace, ground, world }: Asked): boolean {
  const pod = podOf(ground);
  if (pod === undefined) return false;
  const labels = { ...identityLabels(pod.labels, world), "k8s:io.kubernetes.pod.namespace": pod.namespace };
  const hasNamespace = [
    ...Object.keys(selector.matchLabels ?? {}),
    ...(selector.matchExpressions ?? []).map(({ key }) => key),
  ].some((key) => /^(k8s|any):io\.kubernetes\.pod\.namespace$/u.test(key));
  return isSelected(selector, labels) && (hasNamespace || pod.namespace === namespace);
}

/** The table of default patterns: "By default, Cilium considers all labels to be relevant, with the following exceptions". */
function identityLabels(labels: Labels, { identities }: CiliumWorld): Labels {
  if (identities === "all labels") return labels;
  const known = ofIdentities.get(labels) ?? withoutIgnored(labels);
  ofIdentities.set(labels, known);
  return known;
}

const ofIdentities = new WeakMap<Labels, Labels>();

function withoutIgnored(labels: Labels): Labels {
  const ignored =
    /^(io\.kubernetes|kubernetes\.io|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/job-completion-index|.*beta\.kubernetes\.io|k8s\.io|pod-template-generation|pod-template-hash|controller-revision-hash|annotation.*|etcd_node)/u;
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !ignored.test(key)));
}

function entitiesAt(ground: Ground, { apiServers, linkLocal }: CiliumWorld): readonly string[] {
  if (podOf(ground) !== undefined) return ["cluster"];
  const address = addressOf(ground) ?? "";
  const api = apiServers.includes(address) ? ["kube-apiserver"] : [];
  const node = nodeOf(ground);
  if (isLinkLocal(address)) return linkLocal === "host" ? ["host", "cluster"] : ["world"];
  if (node === undefined) return [...api, "world"];
  return [...api, node === ground.subject.node ? "host" : "remote-node", "cluster"];
}

/** "CIDR rules do not apply to traffic where both sides are either managed by Cilium or use an IP belonging to a node." */
function isCidrIdentity(ground: Ground, world: CiliumWorld): boolean {
  return entitiesAt(ground, world).includes("world");
}

function isLinkLocal(address: string): boolean {
  return isWithin("169.254.0.0/16", address) || isWithin("fe80::/10", address);
}

interface CidrSet {
  readonly cidr: string;
  readonly except?: readonly string[];
}

function cidrSetMatches({ cidr, except = [] }: CidrSet, address: string | undefined): boolean {
  return isWithin(cidr, address) && !except.some((hole) => isWithin(hole, address));
}

interface Fqdn {
  readonly matchName?: string;
  readonly matchPattern?: string;
}

/** "The IP addresses provided in DNS responses are allowed"; they are seen only where a DNS rule has the proxy ask. */
function nameMatches({ matchName, matchPattern }: Fqdn, asked: Asked): boolean {
  const { ground, world } = asked;
  const pattern = patternOf(matchName ?? matchPattern ?? "");
  return [...world.answers].some(
    ([name, addresses]) => pattern.test(name) && addresses.includes(addressOf(ground) ?? "") && isLookedUp(name, asked),
  );
}

/**
 * "If a layer 4 rule is specified in the policy, and a similar layer 4 rule with layer 7 rules is also specified, then the
 * layer 7 portions of the latter rule will have no effect."
 */
function isLookedUp(name: string, asked: Asked): boolean {
  const { egress, ground, world } = asked;
  const { resolver } = world;
  const permits = ({ rules }: PortRule): boolean =>
    (rules?.dns ?? []).some((dns) => patternOf(dns.matchName ?? dns.matchPattern ?? "").test(name));
  if (resolver === undefined) return egress.some((rule) => portRules(rule).some(permits));
  const lookup: Ground = { ...ground, other: resolver, protocol: "UDP", port: 53 };
  // No name is known before the first lookup, the resolver's own neither.
  const before = { ...asked, ground: lookup, world: { ...world, answers: new Map<string, readonly string[]>() } };
  const used = egress.filter((rule) => portsMatch(rule, lookup) && peerMatches(rule, before));
  return used.length > 0 && used.every((rule) => portRules(rule).some(permits));
}

function portRules(rule: CiliumRule): readonly PortRule[] {
  return (rule["toPorts"] ?? []) as readonly PortRule[];
}

/** `*` alone is every name; within a name it stays in one label. */
function patternOf(text: string): RegExp {
  if (text === "*") return /^/u;
  return new RegExp(`^${text.replaceAll(".", "\\.").replaceAll("*", "[-a-z0-9_]*")}\\.?$`, "iu");
}

function portsMatch(rule: CiliumRule, { protocol, port }: Ground): boolean {
  const toPorts = rule["toPorts"] as readonly PortRule[] | undefined;
  if (toPorts === undefined) return true;
  const entries = toPorts.flatMap(({ ports = [] }) => ports);
  return entries.some((entry) => {
    const isProtocol = [undefined, "", "ANY", protocol].includes(entry.protocol);
    const first = Number(entry.port);
    const last = entry.endPort ?? first;
    return isProtocol && (first === 0 || (first <= port && port <= Math.max(first, last)));
  });
}
