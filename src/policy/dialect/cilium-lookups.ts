import { type Cidr, holdsCidr, parseCidr } from "../cidr.ts";
import type { Rule, RuleBlock, RulePeer } from "../rule.ts";
import { entitiesOf } from "./cilium-peers.ts";

/**
 * Whether a rule lets through DNS, and no other lets it through beside it: where a rule without a DNS section speaks of
 * the same peers and port, the section of the other has no effect, and Cilium learns no names. Rather too often no.
 * https://docs.cilium.io/en/stable/security/policy/language/#layer-7-examples
 */
export function isDnsAlone(rules: readonly Rule[], namespace: string): boolean {
  const outward = rules.filter(({ direction }) => direction === "egress");
  const lookups = outward.filter(({ origin }) => origin === "dns");
  const others = outward.filter(({ origin }) => origin !== "dns");
  const isBeside = (other: Rule): boolean =>
    lookups.some((lookup) => sharesPort(lookup, other) && sharesPeer(lookup, other, namespace));
  return lookups.length > 0 && !others.some(isBeside);
}

/** Whatever the protocol: what one rule says of UDP another may say of TCP. */
function sharesPort(lookup: Rule, other: Rule): boolean {
  if (other.ports.length === 0) return true;
  return lookup.ports.some(({ port }) =>
    other.ports.some(({ port: first, endPort = first }) => first <= port && port <= endPort),
  );
}

function sharesPeer(lookup: Rule, other: Rule, namespace: string): boolean {
  return lookup.peers.some((one) => other.peers.some((another) => mayMeet(one, another, namespace)));
}

function mayMeet(one: RulePeer, another: RulePeer, namespace: string): boolean {
  if (one.kind === "everyone" || another.kind === "everyone") return true;
  if (one.kind === "block" || another.kind === "block")
    return one.kind === "block" && another.kind === "block" && blocksMeet(one, another);
  return namespaceOf(one, namespace) === namespaceOf(another, namespace);
}

function blocksMeet(one: RuleBlock, another: RuleBlock): boolean {
  const entities = entitiesOf(another);
  if (entitiesOf(one).some((entity) => entities.includes(entity))) return true;
  const [a, b] = [parseCidr(one.cidr), parseCidr(another.cidr)];
  return a !== undefined && b !== undefined && cidrsMeet(a, b);
}

function cidrsMeet(a: Cidr, b: Cidr): boolean {
  return holdsCidr(a, b) || holdsCidr(b, a);
}

function namespaceOf(peer: Exclude<RulePeer, RuleBlock | { kind: "everyone" }>, own: string): string {
  return peer.kind === "pods" ? peer.namespace : own;
}
