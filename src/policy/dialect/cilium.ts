import type { Direction } from "../../profile/edge.ts";
import type { PolicyHead } from "../network-policy.ts";
import { isEveryAddress, type Rule, type RuleBlock, type RulePort } from "../rule.ts";
import { canonicalSelector } from "../selector.ts";
import { chunks } from "./chunks.ts";
import { isDnsAlone } from "./cilium-lookups.ts";
import { notesOn } from "./cilium-notes.ts";
import { endpointOf, entitiesOf, fqdnsOf, isNameable, isNetwork } from "./cilium-peers.ts";
import type { Written } from "./written.ts";

/** Of the CustomResourceDefinition ciliumnetworkpolicies.cilium.io. */
const MAX_PORTS = 40;

/**
 * cilium.io/v2 CiliumNetworkPolicy. There an ipBlock matches neither nodes nor the API server, and a rule has peers
 * of one kind only, so that one of ours becomes several. https://docs.cilium.io/en/stable/security/policy/language/
 */
export function toCiliumPolicy(head: PolicyHead, rules: readonly Rule[]): Written {
  const { name, namespace, labels, directions } = head;
  // Cilium learns what a name stands for from the DNS answers that pass its proxy, and from nowhere else.
  const hasDns = isDnsAlone(rules, namespace);
  const isNamed = (rule: Rule, peer: RuleBlock): boolean => hasDns && isNameable(rule, peer);
  const usesNames = rules.some((rule) => rule.peers.some((peer) => peer.kind === "block" && isNamed(rule, peer)));
  const context = { namespace, isNamed, usesNames };
  const spec = {
    endpointSelector: canonicalSelector(head.podSelector),
    ...(directions.includes("ingress") && { ingress: rulesOf("ingress", rules, context) }),
    ...(directions.includes("egress") && { egress: rulesOf("egress", rules, context) }),
  };
  const metadata = { name, namespace, labels };
  const document = { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata, spec };
  return { document, notes: notesOn(head, rules, { usesNames, hasDns }) };
}

interface Context {
  readonly namespace: string;
  readonly isNamed: (rule: Rule, peer: RuleBlock) => boolean;
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
function peerFields(rule: Rule, { namespace, isNamed }: Context): readonly object[] {
  const { direction, peers } = rule;
  const way = direction === "ingress" ? "from" : "to";
  const field = (kind: string, values: readonly unknown[]): readonly object[] =>
    values.length === 0 ? [] : [{ [`${way}${kind}`]: values }];
  const blocks = peers.filter((peer) => peer.kind === "block");
  const everybody = peers.some(({ kind }) => kind === "everyone");
  const isAll = everybody || (direction === "ingress" && blocks.some((peer) => isEveryAddress(peer)));
  if (isAll) return field("Entities", ["all"]);
  const named = blocks.filter((peer) => isNamed(rule, peer));
  const networks = blocks.filter((peer) => isNetwork(peer) && !named.includes(peer));
  const names = [...new Set(named.flatMap(fqdnsOf))].sort();
  return [
    ...field(
      "Endpoints",
      peers.flatMap((peer) => endpointOf(peer, namespace) ?? []),
    ),
    ...field("Entities", [...new Set(blocks.flatMap(entitiesOf))]),
    ...field(
      "CIDR",
      networks.map(({ cidr }) => cidr),
    ),
    ...field(
      "FQDNs",
      names.map((matchName) => ({ matchName })),
    ),
  ];
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
