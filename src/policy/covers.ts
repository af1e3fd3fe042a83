import type { NetworkPolicyPeer, NetworkPolicyPort } from "../cluster/objects.ts";
import type { LabelSelector } from "../cluster/workload.ts";
import { NAMESPACE_NAME_LABEL } from "./api-peer.ts";
import { holdsCidr, parseCidr } from "./cidr.ts";
import { selectorCovers } from "./selector.ts";

/** One peer on one port, as a rule of networking.k8s.io/v1 has them; undefined is everyone, and every port. */
export interface Opening {
  readonly peer: NetworkPolicyPeer | undefined;
  readonly port: NetworkPolicyPort | undefined;
}

/**
 * Whether all that `narrow` lets through `wide` lets through as well, both in policies of one namespace.
 * Only what can be read off the two is found: pods are never held against blocks of addresses.
 */
export function covers(wide: Opening, narrow: Opening, policyNamespace: string): boolean {
  return portCovers(wide.port, narrow.port) && peerCovers(wide.peer, narrow.peer, policyNamespace);
}

function portCovers(wide: NetworkPolicyPort | undefined, narrow: NetworkPolicyPort | undefined): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined || (wide.protocol ?? "TCP") !== (narrow.protocol ?? "TCP")) return false;
  if (wide.port === undefined) return true;
  if (typeof wide.port === "string" || typeof narrow.port !== "number") return wide.port === narrow.port;
  return wide.port <= narrow.port && (narrow.endPort ?? narrow.port) <= (wide.endPort ?? wide.port);
}

function peerCovers(
  wide: NetworkPolicyPeer | undefined,
  narrow: NetworkPolicyPeer | undefined,
  policyNamespace: string,
): boolean {
  if (wide === undefined || narrow === undefined) return wide === undefined;
  if (wide.ipBlock !== undefined || narrow.ipBlock !== undefined) return blockCovers(wide.ipBlock, narrow.ipBlock);
  return (
    namespaceCovers(wide.namespaceSelector, narrow.namespaceSelector, policyNamespace) &&
    (wide.podSelector === undefined || selectorCovers(wide.podSelector, narrow.podSelector ?? {}))
  );
}

/** No selector of namespaces is the policy's own namespace. */
function namespaceCovers(
  wide: LabelSelector | undefined,
  narrow: LabelSelector | undefined,
  policyNamespace: string,
): boolean {
  const own: LabelSelector = { matchLabels: { [NAMESPACE_NAME_LABEL]: policyNamespace } };
  return wide === undefined ? narrow === undefined : selectorCovers(wide, narrow ?? own);
}

type Block = NetworkPolicyPeer["ipBlock"];

function blockCovers(wide: Block, narrow: Block): boolean {
  const outer = wide === undefined ? undefined : parseCidr(wide.cidr);
  const inner = narrow === undefined ? undefined : parseCidr(narrow.cidr);
  if (outer === undefined || inner === undefined || !holdsCidr(outer, inner)) return false;
  const spared = (narrow?.except ?? []).flatMap((text) => parseCidr(text) ?? []);
  return (wide?.except ?? [])
    .flatMap((text) => parseCidr(text) ?? [])
    .every((hole) => isApart(hole, inner) || spared.some((cidr) => holdsCidr(cidr, hole)));
}

function isApart(a: NonNullable<ReturnType<typeof parseCidr>>, b: typeof a): boolean {
  return !holdsCidr(a, b) && !holdsCidr(b, a);
}
