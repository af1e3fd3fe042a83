import type { LabelSelector } from "../../src/cluster/workload.ts";
import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from "../../src/cluster/objects.ts";
import type { PodEnd, End } from "../../src/policy/evaluate/end.ts";

/**
 * A second evaluator, written from the text of the API reference for NetworkPolicy v1 networking.k8s.io
 * before the first one was. It compiles nothing and shares no code with it, so that the two can be held
 * against each other. Quotations are from the reference.
 */
export interface SlowPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: NetworkPolicySpec;
}

export interface SlowQuestion {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
}

type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>>;

export interface SlowVerdict {
  readonly allowed: boolean;
  readonly egress: SlowSide;
  readonly ingress: SlowSide;
}

/** What is said at one end, and the names of all rules that allow where the pod is isolated. */
export interface SlowSide {
  readonly allowed: boolean;
  readonly rules: readonly string[];
}

const OPEN: SlowSide = { allowed: true, rules: [] };

export function slowlyAllowed(
  policies: readonly SlowPolicy[],
  namespaceLabels: NamespaceLabels,
  question: SlowQuestion,
): boolean {
  return slowlyJudged(policies, namespaceLabels, question).allowed;
}

export function slowlyJudged(
  policies: readonly SlowPolicy[],
  namespaceLabels: NamespaceLabels,
  question: SlowQuestion,
): SlowVerdict {
  const { from, to } = question;
  const isSelf = from.kind === "pod" && to.kind === "pod" && from.namespace === to.namespace && from.name === to.name;
  if (isSelf) return { allowed: true, egress: OPEN, ingress: OPEN };
  const egress = leaving(policies, namespaceLabels, question);
  const ingress = entering(policies, namespaceLabels, question);
  return { allowed: egress.allowed && ingress.allowed, egress, ingress };
}

/**
 * "Outgoing traffic is allowed if there are no NetworkPolicies selecting the pod (and cluster policy otherwise
 * allows the traffic), OR if the traffic matches at least one egress rule across all of the NetworkPolicy
 * objects whose podSelector matches the pod."
 */
function leaving(policies: readonly SlowPolicy[], namespaceLabels: NamespaceLabels, question: SlowQuestion): SlowSide {
  const { from, to } = question;
  if (from.kind !== "pod" || from.hostNetwork) return OPEN;
  const isolating = policies.filter((policy) => selects(policy, from) && typesOf(policy.spec).includes("Egress"));
  if (isolating.length === 0) return OPEN;
  const rules = isolating.flatMap(({ metadata: { namespace, name }, spec }) =>
    (spec.egress ?? []).flatMap((rule, index) =>
      peersMatch(rule.to, namespace, namespaceLabels, to, from) && portsMatch(rule.ports, question)
        ? [`${namespace}/${name}: egress[${index}]`]
        : [],
    ),
  );
  return { allowed: rules.length > 0, rules };
}

/**
 * "Traffic is allowed to a pod if there are no NetworkPolicies selecting the pod (and cluster policy otherwise
 * allows the traffic), OR if the traffic source is the pod's local node, OR if the traffic matches at least one
 * ingress rule across all of the NetworkPolicy objects whose podSelector matches the pod."
 */
function entering(policies: readonly SlowPolicy[], namespaceLabels: NamespaceLabels, question: SlowQuestion): SlowSide {
  const { from, to } = question;
  if (to.kind !== "pod" || to.hostNetwork) return OPEN;
  const isolating = policies.filter((policy) => selects(policy, to) && typesOf(policy.spec).includes("Ingress"));
  if (isolating.length === 0) return OPEN;
  if (to.node !== undefined && nodeOf(from) === to.node) return OPEN;
  const rules = isolating.flatMap(({ metadata: { namespace, name }, spec }) =>
    (spec.ingress ?? []).flatMap((rule, index) =>
      peersMatch(rule.from, namespace, namespaceLabels, from, to) && portsMatch(rule.ports, question)
        ? [`${namespace}/${name}: ingress[${index}]`]
        : [],
    ),
  );
  return { allowed: rules.length > 0, rules };
}

/** The node that speaks, where it is the node: its own address, or a pod that shares it. */
function nodeOf(end: End): string | undefined {
  if (end.kind === "pod") return end.hostNetwork ? end.node : undefined;
  return end.node;
}

/** "Selects the pods to which this NetworkPolicy object applies ... An empty podSelector matches all pods in this namespace." */
function selects(policy: SlowPolicy, pod: PodEnd): boolean {
  return policy.metadata.namespace === pod.namespace && labelsMatch(policy.spec.podSelector, pod.labels);
}

/**
 * "If this field is not specified, it will default based on the existence of ingress or egress rules; policies
 * that contain an egress section are assumed to affect egress, and all policies (whether or not they contain an
 * ingress section) are assumed to affect ingress." The defaulting code calls a list without members unspecified,
 * and a section without rules no section.
 */
function typesOf(spec: NetworkPolicySpec): readonly string[] {
  const given = spec.policyTypes ?? [];
  if (given.length > 0) return given;
  const hasEgress = spec.egress !== undefined && spec.egress.length > 0;
  return hasEgress ? ["Ingress", "Egress"] : ["Ingress"];
}

/** "If this field is empty or missing, this rule matches all sources (traffic not restricted by source)." */
function peersMatch(
  peers: readonly NetworkPolicyPeer[] | undefined,
  policyNamespace: string,
  namespaceLabels: NamespaceLabels,
  end: End,
  subject: PodEnd,
): boolean {
  if (peers === undefined || peers.length === 0) return true;
  for (const peer of peers) {
    if (peer.ipBlock !== undefined) {
      const address = addressTowards(end, subject);
      if (address !== undefined && blockHolds(peer.ipBlock, address)) return true;
    } else if (end.kind === "pod" && !end.hostNetwork) {
      const isInNamespace =
        peer.namespaceSelector === undefined
          ? end.namespace === policyNamespace
          : labelsMatch(peer.namespaceSelector, namespaceLabels(end.namespace));
      const isSelected = peer.podSelector === undefined || labelsMatch(peer.podSelector, end.labels);
      if (isInNamespace && isSelected) return true;
    }
  }
  return false;
}

/** The first address of a family that the subject has too; a subject without addresses has every family. */
function addressTowards(end: End, subject: PodEnd): string | undefined {
  const addresses = end.kind === "pod" ? end.ips : [end.ip];
  const families = new Set(subject.ips.map(isVersion6));
  return addresses.find((address) => families.has(isVersion6(address))) ?? addresses[0];
}

function blockHolds(block: NonNullable<NetworkPolicyPeer["ipBlock"]>, address: string): boolean {
  return inCidr(block.cidr, address) && !(block.except ?? []).some((cidr) => inCidr(cidr, address));
}

function inCidr(cidr: string, address: string): boolean {
  const [network, length] = cidr.split("/") as [string, string];
  if (isVersion6(network) !== isVersion6(address)) return false;
  const bits = isVersion6(network) ? 128n : 32n;
  const shift = bits - BigInt(length);
  return toBigInt(network) >> shift === toBigInt(address) >> shift;
}

function isVersion6(address: string): boolean {
  return address.includes(":");
}

function toBigInt(address: string): bigint {
  if (!isVersion6(address)) return address.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

/** "If this field is empty or missing, this rule matches all ports (traffic not restricted by port)." */
function portsMatch(ports: readonly NetworkPolicyPort[] | undefined, question: SlowQuestion): boolean {
  if (ports === undefined || ports.length === 0) return true;
  return ports.some((entry) => (entry.protocol ?? "TCP") === question.protocol && numberMatches(entry, question));
}

/**
 * "This can either be a numerical or named port on a pod. If this field is not provided, this matches all port
 * names and numbers." "endPort indicates that the range of ports from port to endPort if set, inclusive."
 */
function numberMatches(entry: NetworkPolicyPort, question: SlowQuestion): boolean {
  if (entry.port === undefined) return true;
  if (typeof entry.port === "number")
    return question.port >= entry.port && question.port <= (entry.endPort ?? entry.port);
  const { to } = question;
  if (to.kind !== "pod" || to.hostNetwork) return false;
  return to.ports.some(
    (port) => port.name === entry.port && port.containerPort === question.port && port.protocol === question.protocol,
  );
}

function labelsMatch(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    if (!has(key) || labels[key] !== value) return false;
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const isListed = has(key) && values.includes(labels[key]!);
    if (operator === "In" && !isListed) return false;
    if (operator === "NotIn" && isListed) return false;
    if (operator === "Exists" && !has(key)) return false;
    if (operator === "DoesNotExist" && has(key)) return false;
  }
  return true;
}
