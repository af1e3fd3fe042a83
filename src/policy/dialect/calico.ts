import type { Direction } from "../../profile/edge.ts";
import { subdomainFault } from "../names.ts";
import type { PolicyHead } from "../network-policy.ts";
import type { Rule, RulePeer, RulePort } from "../rule.ts";
import { namespaceText, selectorText } from "./calico-selector.ts";
import { chunks } from "./chunks.ts";
import { unwritable, type Written } from "./written.ts";

/** Of the CustomResourceDefinition networkpolicies.projectcalico.org. */
const MAX_PORTS = 50;
const MAX_NETS = 256;
const MAX_RULES = 1024;
const MAX_SELECTOR = 1024;

const TYPE = { ingress: "Ingress", egress: "Egress" } as const;

interface CalicoEntity {
  readonly selector?: string;
  readonly namespaceSelector?: string;
  readonly nets?: readonly string[];
  readonly ports?: readonly (number | string)[];
}

interface CalicoRule {
  readonly action: "Allow";
  readonly protocol?: string;
  readonly source?: CalicoEntity;
  readonly destination?: CalicoEntity;
}

/**
 * projectcalico.org/v3 NetworkPolicy. A rule there has one protocol and one set of peers, so that one of ours
 * becomes several. https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
 */
export function toCalicoPolicy(head: PolicyHead, rules: readonly Rule[]): Written {
  const { namespace, labels, directions } = head;
  const name = tieredName(head.name);
  const of = (direction: Direction): readonly CalicoRule[] =>
    rules.filter((rule) => rule.direction === direction).flatMap((rule) => toCalicoRules(rule, namespace));
  const spec = {
    selector: selectorText(head.podSelector),
    types: directions.map((direction) => TYPE[direction]),
    ...(directions.includes("ingress") && { ingress: of("ingress") }),
    ...(directions.includes("egress") && { egress: of("egress") }),
  };
  const notes = notesOn(head, rules);
  const obstacle = obstacleTo(name, spec);
  if (obstacle !== undefined) return unwritable(notes, obstacle);
  const metadata = { name, namespace, labels };
  return { document: { apiVersion: "projectcalico.org/v3", kind: "NetworkPolicy", metadata, spec }, notes };
}

interface Spec {
  readonly selector: string;
  readonly ingress?: readonly CalicoRule[];
  readonly egress?: readonly CalicoRule[];
}

/** What stands before the first dot of a name is the tier's: ValidateTieredPolicyName of libcalico-go, lib/names. */
function tieredName(name: string): string {
  return name.includes(".") ? `default.${name}` : name;
}

/** A rule that is left out would refuse what was seen, and a selector cut short would take in others. */
function obstacleTo(name: string, { selector, ingress = [], egress = [] }: Spec): string | undefined {
  const fault = subdomainFault(name);
  if (fault !== undefined) return `${name} cannot name one: ${fault}`;
  const most = Math.max(ingress.length, egress.length);
  if (most > MAX_RULES) return `it takes ${most} rules of a direction, and the API allows ${MAX_RULES}`;
  const entities = [...ingress, ...egress].flatMap(({ source, destination }) => [source, destination]);
  const longest = Math.max(selector.length, ...entities.map((entity) => entity?.selector?.length ?? 0));
  return longest > MAX_SELECTOR
    ? `a selector takes ${longest} characters, and the API allows ${MAX_SELECTOR}`
    : undefined;
}

function notesOn({ name }: PolicyHead, rules: readonly Rule[]): readonly string[] {
  const outward = rules.filter(({ direction }) => direction === "egress");
  const hasNames = outward.some(({ peers }) => peers.some((peer) => peer.kind === "block" && peer.names !== undefined));
  return [
    "without an order it comes after the policies of the tier that have one: what one of those denies stays denied",
    "it is for calicoctl or Calico's API server; deny rules, tiers and a lower order are what it could say beyond this",
    ...(name === tieredName(name)
      ? []
      : [`it is named ${tieredName(name)}, for Calico takes what stands before a dot for a tier`]),
    ...(hasNames
      ? ["outside destinations are written as addresses: domain names take Calico Enterprise or Cloud"]
      : []),
  ];
}

function toCalicoRules({ direction, peers, ports }: Rule, namespace: string): readonly CalicoRule[] {
  return entitiesOf(peers, namespace).flatMap((entity) =>
    portGroups(ports).map(({ protocol, ports: own }) => {
      const isIngress = direction === "ingress";
      const target = { ...(!isIngress && entity), ...(own.length > 0 && { ports: own.map(portOf) }) };
      return {
        action: "Allow" as const,
        ...(protocol !== undefined && { protocol }),
        ...(isIngress && entity !== undefined && { source: entity }),
        ...(Object.keys(target).length > 0 && { destination: target }),
      };
    }),
  );
}

/** Nets of all blocks together, pods each by themselves: within one entity what is given is ANDed. */
function entitiesOf(peers: readonly RulePeer[], namespace: string): readonly (CalicoEntity | undefined)[] {
  const nets = peers.flatMap((peer) => (peer.kind === "block" ? [peer.cidr] : []));
  const others = peers.flatMap((peer) => (peer.kind === "block" ? [] : [entityOf(peer, namespace)]));
  return [...others, ...netLists(nets).map((some) => ({ nets: some }))];
}

/** Calico refuses a rule that has networks of both families: validateRule of libcalico-go, lib/validator/v3. */
function netLists(nets: readonly string[]): readonly (readonly string[])[] {
  const families = [nets.filter((net) => !net.includes(":")), nets.filter((net) => net.includes(":"))];
  return families.flatMap((own) => chunks(own, MAX_NETS));
}

/** Without a namespaceSelector a selector takes pods of the policy's own namespace. */
function entityOf(peer: Exclude<RulePeer, { kind: "block" }>, namespace: string): CalicoEntity | undefined {
  switch (peer.kind) {
    case "everyone":
      return undefined;
    case "namespace":
      return { selector: "all()" };
    case "pods": {
      const selector = selectorText(peer.selector);
      if (peer.namespace === namespace) return { selector };
      return { selector, namespaceSelector: namespaceText(peer.namespace) };
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
