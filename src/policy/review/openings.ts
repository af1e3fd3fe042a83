import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from "../../cluster/objects.ts";
import type { LabelSelector } from "../../cluster/workload.ts";
import type { Direction } from "../../profile/edge.ts";
import { NAMESPACE_NAME_LABEL } from "../api-peer.ts";
import type { Opening } from "../covers.ts";
import { canonicalSelector } from "../selector.ts";

/** Everything that a policy lets through in one direction, one peer and port at a time. */
export function openingsOf(spec: NetworkPolicySpec, direction: Direction): readonly Opening[] {
  const rules =
    direction === "ingress"
      ? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
      : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
  return rules.flatMap(({ peers, ports }) =>
    orAnything(peers).flatMap((peer) => orAnything(ports).map((port) => ({ peer, port }))),
  );
}

export function openingText(direction: Direction, { peer, port }: Opening): string {
  return `${direction} ${direction === "ingress" ? "from" : "to"} ${peerText(peer)} on ${portText(port)}`;
}

/** A short form for people: `app=db,tier in (a, b)`. */
export function selectorText(selector: LabelSelector): string {
  const { matchLabels = {}, matchExpressions = [] } = canonicalSelector(selector);
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "not in"} (${values.join(", ")})`;
  });
  return [...labels, ...expressions].join(",");
}

function orAnything<Item>(items: readonly Item[] | undefined): readonly (Item | undefined)[] {
  return items === undefined || items.length === 0 ? [undefined] : items;
}

function peerText(peer: NetworkPolicyPeer | undefined): string {
  if (peer === undefined) return "everybody";
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    return except.length === 0 ? cidr : `${cidr} except ${except.join(", ")}`;
  }
  return `${podsText(peer.podSelector)}${namespaceText(peer.namespaceSelector)}`;
}

function podsText(selector: LabelSelector | undefined): string {
  const text = selectorText(selector ?? {});
  return text === "" ? "every pod" : `pods ${text}`;
}

function namespaceText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return " of the same namespace";
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const name = matchLabels[NAMESPACE_NAME_LABEL];
  const isByName = name !== undefined && Object.keys(matchLabels).length === 1 && matchExpressions.length === 0;
  if (isByName) return ` of namespace ${name}`;
  const text = selectorText(selector);
  return text === "" ? " of every namespace" : ` of namespaces ${text}`;
}

function portText(port: NetworkPolicyPort | undefined): string {
  if (port === undefined) return "every port";
  const { protocol = "TCP", port: number, endPort } = port;
  if (number === undefined) return `every ${protocol} port`;
  return endPort === undefined ? `${protocol} ${number}` : `${protocol} ${number}-${endPort}`;
}
