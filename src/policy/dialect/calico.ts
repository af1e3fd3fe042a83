import type { LabelSelector, LabelSelectorRequirement } from "../../cluster/workload.ts";
import type { Direction } from "../../profile/edge.ts";
import type { PolicyHead } from "../network-policy.ts";
import type { Rule, RulePeer, RulePort } from "../rule.ts";
import { canonicalSelector } from "../selector.ts";
import { chunks } from "./chunks.ts";
import type { Written } from "./written.ts";

/** Of the CustomResourceDefinition networkpolicies.projectcalico.org. */
const MAX_PORTS = 50;
const MAX_NETS = 256;

const TYPE = { ingress: "Ingress", egress: "Egress" } as const;

/**
 * projectcalico.org/v3 NetworkPolicy. A rule there has one protocol and one set of peers, so that one of ours
 * becomes several. https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
 */
export function toCalicoPolicy(head: PolicyHead, rules: readonly Rule[]): Written {
  const { name, namespace, labels, directions } = head;
  const of = (direction: Direction): object[] =>
    rules.filter((rule) => rule.direction === direction).flatMap((rule) => toCalicoRules(rule, namespace));
  const spec = {
    selector: selectorText(head.podSelector),
    types: directions.map((direction) => TYPE[direction]),
    ...(directions.includes("ingress") && { ingress: of("ingress") }),
    ...(directions.includes("egress") && { egress: of("egress") }),
  };
  const document = {
    apiVersion: "projectcalico.org/v3",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels },
    spec,
  };
  return { document, notes: notesOn(rules) };
}

function notesOn(rules: readonly Rule[]): readonly string[] {
  const hasNames = rules.some(({ peers }) => peers.some((peer) => peer.kind === "block" && peer.names !== undefined));
  return [
    "without an order it comes after the policies of the tier that have one: what one of those denies stays denied",
    "it is for calicoctl or Calico's API server; deny rules, tiers and a lower order are what it could say beyond this",
    ...(hasNames
      ? ["outside destinations are written as addresses: domain names take Calico Enterprise or Cloud"]
      : []),
  ];
}

function toCalicoRules({ direction, peers, ports }: Rule, namespace: string): readonly object[] {
  return entitiesOf(peers, namespace).flatMap((entity) =>
    portGroups(ports).map(({ protocol, ports: own }) => {
      const isIngress = direction === "ingress";
      const target = { ...(!isIngress && entity), ...(own.length > 0 && { ports: own.map(portOf) }) };
      return {
        action: "Allow",
        ...(protocol !== undefined && { protocol }),
        ...(isIngress && entity !== undefined && { source: entity }),
        ...(Object.keys(target).length > 0 && { destination: target }),
      };
    }),
  );
}

/** Nets of all blocks together, pods each by themselves: within one entity what is given is ANDed. */
function entitiesOf(peers: readonly RulePeer[], namespace: string): readonly (object | undefined)[] {
  const nets = peers.flatMap((peer) => (peer.kind === "block" ? [peer.cidr] : []));
  const others = peers.flatMap((peer) => (peer.kind === "block" ? [] : [entityOf(peer, namespace)]));
  return [...others, ...chunks(nets, MAX_NETS).map((some) => ({ nets: some }))];
}

/** Without a namespaceSelector a selector takes pods of the policy's own namespace. */
function entityOf(peer: Exclude<RulePeer, { kind: "block" }>, namespace: string): object | undefined {
  switch (peer.kind) {
    case "everyone":
      return undefined;
    case "namespace":
      return { selector: "all()" };
    case "pods": {
      const selector = selectorText(peer.selector);
      if (peer.namespace === namespace) return { selector };
      return { selector, namespaceSelector: `projectcalico.org/name == ${quoted(peer.namespace)}` };
    }
  }
}

function portGroups(ports: readonly RulePort[]): readonly { protocol?: string; ports: readonly RulePort[] }[] {
  if (ports.length === 0) return [{ ports: [] }];
  return [...Map.groupBy(ports, ({ protocol }) => protocol)].flatMap(([protocol, own]) =>
    chunks(own, MAX_PORTS).map((some) => ({ protocol, ports: some })),
  );
}

function portOf({ port, endPort }: RulePort): number | string {
  return endPort === undefined ? port : `${port}:${endPort}`;
}

function selectorText(selector: LabelSelector): string {
  const { matchLabels = {}, matchExpressions = [] } = canonicalSelector(selector);
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key} == ${quoted(value)}`);
  const all = [...labels, ...matchExpressions.map(requirementText)];
  return all.length === 0 ? "all()" : all.join(" && ");
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  const list = `{ ${values.map(quoted).join(", ")} }`;
  switch (operator) {
    case "In":
      return `${key} in ${list}`;
    case "NotIn":
      return `${key} not in ${list}`;
    case "Exists":
      return `has(${key})`;
    case "DoesNotExist":
      return `!has(${key})`;
  }
}

/** Label values hold no quotes. */
function quoted(value: string): string {
  return `'${value}'`;
}
