import { selectorHolds } from "./calico-selector-language.ts";
import { addressOf, type Ground, isWithin, type Labels, nodeOf, podOf, Unreadable } from "./ground.ts";

/**
 * A namespaced projectcalico.org/v3 NetworkPolicy as Calico's reference has it ("Network policy": Spec, Rule, EntityRule,
 * Selectors, Ports), written without looking at the writer. It stands alone in its tier.
 */
export interface CalicoPolicy {
  readonly metadata: { readonly namespace?: string };
  readonly spec: {
    readonly selector: string;
    readonly types: readonly string[];
    readonly ingress?: readonly CalicoRule[];
    readonly egress?: readonly CalicoRule[];
  };
}

interface CalicoRule {
  readonly action: string;
  readonly protocol?: string;
  readonly notProtocol?: string;
  readonly source?: Entity;
  readonly destination?: Entity;
}

interface Entity {
  readonly selector?: string;
  readonly notSelector?: string;
  readonly namespaceSelector?: string;
  readonly nets?: readonly string[];
  readonly notNets?: readonly string[];
  readonly ports?: readonly (number | string)[];
  readonly notPorts?: readonly (number | string)[];
}

type NamespaceLabels = (namespace: string) => Labels;

export function calicoAllows(
  { metadata, spec }: CalicoPolicy,
  ground: Ground,
  namespaceLabels: NamespaceLabels,
): boolean {
  const { direction, subject } = ground;
  const namespace = metadata.namespace ?? "";
  const isIsolated =
    spec.types.includes(direction === "ingress" ? "Ingress" : "Egress") &&
    subject.namespace === namespace &&
    selectorHolds(spec.selector, subject.labels);
  if (!isIsolated) return true;
  // "Calico always allows a host to reach its own workloads", for kubelet's probes.
  if (direction === "ingress" && nodeOf(ground) !== undefined && nodeOf(ground) === subject.node) return true;
  const rules = spec[direction] ?? [];
  // "Rules are evaluated in order"; traffic that none of them matches is denied at the end of the tier.
  const decisive = rules.find(
    (rule) => rule.action !== "Log" && ruleMatches(rule, ground, { namespace, namespaceLabels }),
  );
  if (decisive?.action === "Pass") throw new Unreadable("what comes after the tier is not known here");
  return decisive?.action === "Allow";
}

interface Context {
  readonly namespace: string;
  readonly namespaceLabels: NamespaceLabels;
}

function ruleMatches(rule: CalicoRule, ground: Ground, context: Context): boolean {
  const { protocol, notProtocol, source = {}, destination = {} } = rule;
  if (protocol !== undefined && protocol !== ground.protocol) return false;
  if (notProtocol !== undefined && notProtocol === ground.protocol) return false;
  const [own, peer] = ground.direction === "ingress" ? [destination, source] : [source, destination];
  if (Object.keys(own).some((field) => !field.toLowerCase().endsWith("ports")))
    throw new Unreadable("the policy's own end is matched by its selector");
  if ((source.ports ?? source.notPorts) !== undefined) throw new Unreadable("source ports are not known here");
  const hasPorts = (destination.ports ?? destination.notPorts) !== undefined;
  if (hasPorts && protocol === undefined) throw new Unreadable("protocol does not support ports");
  return portsMatch(destination, ground) && entityMatches(peer, ground, context);
}

/** What is given is ANDed. */
function entityMatches(entity: Entity, ground: Ground, context: Context): boolean {
  const { nets, notNets = [], selector, notSelector, namespaceSelector } = entity;
  const address = addressOf(ground);
  if (nets !== undefined && !nets.some((net) => isWithin(net, address))) return false;
  if (notNets.some((net) => isWithin(net, address))) return false;
  if ((selector ?? notSelector ?? namespaceSelector) === undefined) return true;
  const pod = podOf(ground);
  if (pod === undefined) return false;
  const labels = { ...context.namespaceLabels(pod.namespace), "projectcalico.org/name": pod.namespace };
  // "If NamespaceSelector is omitted and another selector is defined, the policy's own namespace is meant."
  const isInNamespace =
    namespaceSelector === undefined ? pod.namespace === context.namespace : selectorHolds(namespaceSelector, labels);
  return (
    isInNamespace &&
    (selector === undefined || selectorHolds(selector, pod.labels)) &&
    (notSelector === undefined || !selectorHolds(notSelector, pod.labels))
  );
}

function portsMatch({ ports, notPorts = [] }: Entity, ground: Ground): boolean {
  const isListed = (list: readonly (number | string)[]): boolean => list.some((port) => portMatches(port, ground));
  return (ports === undefined || ports.length === 0 || isListed(ports)) && !isListed(notPorts);
}

/** A number, a range "first:last", or the name of a port that the destination declares. */
function portMatches(entry: number | string, { direction, subject, other, port, protocol }: Ground): boolean {
  if (typeof entry === "number") return entry === port;
  const range = /^(\d+):(\d+)$/u.exec(entry);
  if (range !== null) return Number(range[1]) <= port && port <= Number(range[2]);
  const server = direction === "ingress" ? subject : other;
  if (server.kind !== "pod") return false;
  return server.ports.some((own) => own.name === entry && own.containerPort === port && own.protocol === protocol);
}
