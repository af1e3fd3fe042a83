import { addressNumber } from "../../cluster/address/address.ts";
import { addressScope } from "../../cluster/address/address-scope.ts";
import type { LabelSelector } from "../../cluster/workload.ts";
import type { Rule, RuleBlock, RulePeer } from "../rule.ts";
import { canonicalSelector } from "../selector.ts";

/** Of the CustomResourceDefinition ciliumnetworkpolicies.cilium.io, where the last dot may be left out. */
const FQDN = /^[-a-zA-Z0-9_]+(\.[-a-zA-Z0-9_]+)+$/;
const MAX_FQDN = 255;

const NAMESPACE_LABEL = "k8s:io.kubernetes.pod.namespace";

/** Undefined for what is no endpoint. Without a namespace a selector takes pods of the policy's own. */
export function endpointOf(peer: RulePeer, namespace: string): LabelSelector | undefined {
  if (peer.kind === "namespace") return {};
  if (peer.kind !== "pods") return undefined;
  const { matchLabels = {}, ...rest } = canonicalSelector(peer.selector);
  if (peer.namespace === namespace) return canonicalSelector(peer.selector);
  return { matchLabels: { ...matchLabels, [NAMESPACE_LABEL]: peer.namespace }, ...rest };
}

/** Nodes and the API server, which have no addresses there. */
export function entitiesOf(block: RuleBlock): readonly string[] {
  if (block.holder === "kube-apiserver") return ["kube-apiserver"];
  if (isLinkLocal(block)) return ["host"];
  return block.holder === "node" ? ["host", "remote-node"] : [];
}

/**
 * Whether it is written as a network. A link-local address of a node is both: to Cilium that of NodeLocal DNSCache is
 * sometimes the host's, sometimes the world's. https://github.com/cilium/cilium/issues/18644
 */
export function isNetwork(block: RuleBlock): boolean {
  return block.holder === undefined || (block.holder === "node" && isLinkLocal(block));
}

/** Names that all addresses of the block were found by, if the API takes every one of them. */
export function fqdnsOf({ names = [], holder }: RuleBlock): readonly string[] {
  return holder === undefined && names.every((name) => name.length <= MAX_FQDN && FQDN.test(name)) ? names : [];
}

/** Whether a name can stand for it: going out, and not to the resolver that would have to be asked for it. */
export function isNameable({ direction, origin }: Rule, block: RuleBlock): boolean {
  return direction === "egress" && origin !== "dns" && fqdnsOf(block).length > 0;
}

function isLinkLocal({ cidr }: RuleBlock): boolean {
  return addressScope(addressNumber(cidr.replace(/\/.*/u, ""))) === "link-local";
}
