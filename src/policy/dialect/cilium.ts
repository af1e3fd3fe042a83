import type { LabelSelector } from "../../cluster/workload.ts";
import type { Direction } from "../../profile/edge.ts";
import type { PolicyHead } from "../network-policy.ts";
import { isEveryAddress, type Rule, type RuleBlock, type RulePeer, type RulePort } from "../rule.ts";
import { canonicalSelector } from "../selector.ts";
import { chunks } from "./chunks.ts";
import type { Written } from "./written.ts";

/** Of the CustomResourceDefinition ciliumnetworkpolicies.cilium.io. */
const MAX_PORTS = 40;
const FQDN = /^[-a-zA-Z0-9_]+(\.[-a-zA-Z0-9_]+)+$/;

const NAMESPACE_LABEL = "k8s:io.kubernetes.pod.namespace";

/**
 * cilium.io/v2 CiliumNetworkPolicy. There an ipBlock matches neither nodes nor the API server, and a rule has peers
 * of one kind only, so that one of ours becomes several. https://docs.cilium.io/en/stable/security/policy/language/
 */
export function toCiliumPolicy(head: PolicyHead, rules: readonly Rule[]): Written {
  const { name, namespace, labels, directions } = head;
  // Cilium learns what a name stands for from the DNS answers that pass its proxy, and from nowhere else.
  const hasDns = rules.some(({ direction, origin }) => direction === "egress" && origin === "dns");
  const isNamed = (peer: RuleBlock): boolean => hasDns && fqdnsOf(peer).length > 0;
  const outward = rules.filter(({ direction }) => direction === "egress");
  const usesNames = outward.some(({ peers }) => peers.some((peer) => peer.kind === "block" && isNamed(peer)));
  const context = { namespace, isNamed, usesNames };
  const spec = {
    endpointSelector: canonicalSelector(head.podSelector),
    ...(directions.includes("ingress") && { ingress: rulesOf("ingress", rules, context) }),
    ...(directions.includes("egress") && { egress: rulesOf("egress", rules, context) }),
  };
  const document = {
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name, namespace, labels },
    spec,
  };
  return { document, notes: notesOn(rules, { usesNames, hasDns }) };
}

function notesOn(
  rules: readonly Rule[],
  { usesNames, hasDns }: { readonly usesNames: boolean; readonly hasDns: boolean },
): readonly string[] {
  const blocks = rules.flatMap(({ peers }) => peers.filter((peer) => peer.kind === "block"));
  const entities = new Set(blocks.flatMap((peer) => entitiesOf(peer)));
  const isUnnamed = !hasDns && blocks.some((peer) => fqdnsOf(peer).length > 0);
  return [
    ...(usesNames
      ? ["outside destinations go by name, whatever address it has; DNS of these pods passes Cilium's proxy"]
      : []),
    ...(isUnnamed ? ["no DNS is let through, and without it names can't be used: addresses are written"] : []),
    ...(entities.size > 0
      ? [`nodes and the API server are entities (${[...entities].join(", ")}): each means all of its kind`]
      : []),
    ...(blocks.some((peer) => isEveryAddress(peer))
      ? ["every address coming in is the entity all; going out, a block takes in no pods and no nodes here"]
      : []),
  ];
}

interface Context {
  readonly namespace: string;
  readonly isNamed: (peer: RuleBlock) => boolean;
  readonly usesNames: boolean;
}

/** An empty rule isolates and lets nothing through; an empty list would isolate nothing. */
function rulesOf(direction: Direction, rules: readonly Rule[], context: Context): readonly object[] {
  const made = rules
    .filter((rule) => rule.direction === direction)
    .flatMap((rule) => peerFields(rule, context).map((peers) => ({ ...peers, ...portFields(rule, context) })));
  return made.length === 0 ? [{}] : made;
}

/** One object for each kind of peer that the rule has. */
function peerFields({ direction, peers }: Rule, { namespace, isNamed }: Context): readonly object[] {
  const way = direction === "ingress" ? "from" : "to";
  const field = (kind: string, values: readonly unknown[]): readonly object[] =>
    values.length === 0 ? [] : [{ [`${way}${kind}`]: values }];
  const blocks = peers.filter((peer) => peer.kind === "block");
  const everybody = peers.some(({ kind }) => kind === "everyone");
  const isAll = everybody || (direction === "ingress" && blocks.some((peer) => isEveryAddress(peer)));
  if (isAll) return field("Entities", ["all"]);
  const named = direction === "egress" ? blocks.filter(isNamed) : [];
  const plain = blocks.filter((peer) => !named.includes(peer) && entitiesOf(peer).length === 0);
  const names = [...new Set(named.flatMap(fqdnsOf))].sort();
  return [
    ...field(
      "Endpoints",
      peers.flatMap((peer) => endpointOf(peer, namespace) ?? []),
    ),
    ...field("Entities", [...new Set(blocks.flatMap(entitiesOf))]),
    ...field(
      "CIDR",
      plain.map(({ cidr }) => cidr),
    ),
    ...field(
      "FQDNs",
      names.map((matchName) => ({ matchName })),
    ),
  ];
}

function endpointOf(peer: RulePeer, namespace: string): LabelSelector | undefined {
  if (peer.kind === "namespace") return {};
  if (peer.kind !== "pods") return undefined;
  const { matchLabels = {}, ...rest } = canonicalSelector(peer.selector);
  if (peer.namespace === namespace) return canonicalSelector(peer.selector);
  return { matchLabels: { ...matchLabels, [NAMESPACE_LABEL]: peer.namespace }, ...rest };
}

function entitiesOf({ holder }: RuleBlock): readonly string[] {
  if (holder === "kube-apiserver") return ["kube-apiserver"];
  return holder === "node" ? ["host", "remote-node"] : [];
}

/** Names that all addresses of the block were found by, if the API takes every one of them. */
function fqdnsOf({ names = [], holder }: RuleBlock): readonly string[] {
  return holder === undefined && names.every((name) => FQDN.test(name)) ? names : [];
}

function portFields({ direction, origin, ports }: Rule, { usesNames }: Context): object {
  if (ports.length === 0) return {};
  const isProxied = usesNames && direction === "egress" && origin === "dns";
  const toPorts = chunks(ports, MAX_PORTS).map((some) => ({
    ports: some.map(portOf),
    ...(isProxied && { rules: { dns: [{ matchPattern: "*" }] } }),
  }));
  return { toPorts };
}

function portOf({ protocol, port, endPort }: RulePort): object {
  return { port: String(port), ...(endPort !== undefined && { endPort }), protocol };
}
