import type { EnforcedPod } from "./enforced-pod.ts";
import type { Peer } from "./network-policy.ts";
import { selects } from "./selects.ts";

/** `daddr` where the peer is the destination (egress), `saddr` where it is the source (ingress). */
export type PeerField = "saddr" | "daddr";

export interface PeerScene {
  readonly pods: readonly EnforcedPod[];
  /** Of the policy: where a podSelector without a namespaceSelector looks. */
  readonly namespace: string;
  readonly field: PeerField;
}

/** One nftables match for each way to be this peer: none where nobody is, an empty one where everybody is. */
export function matchPeers(peers: readonly Peer[], scene: PeerScene): readonly string[] {
  return peers.length === 0 ? [""] : peers.flatMap((peer) => matchPeer(peer, scene));
}

function matchPeer({ ipBlock, podSelector, namespaceSelector }: Peer, scene: PeerScene): readonly string[] {
  const { field, namespace, pods } = scene;
  if (ipBlock) {
    const address = `${family(ipBlock.cidr)} ${field}`;
    // Each exception is a match of its own: a set would refuse blocks that overlap.
    return [[`${address} ${ipBlock.cidr}`, ...(ipBlock.except ?? []).map((cidr) => `${address} != ${cidr}`)].join(" ")];
  }
  const chosen = pods.filter(
    (pod) =>
      (namespaceSelector ? selects(namespaceSelector, pod.namespaceLabels) : pod.namespace === namespace) &&
      selects(podSelector ?? {}, pod.labels),
  );
  return matchAddresses(
    chosen.flatMap(({ addresses }) => addresses),
    field,
  );
}

/** A match for each family in use. */
export function matchAddresses(addresses: readonly string[], field: PeerField): readonly string[] {
  return [...Map.groupBy(addresses, family)].map(([ip, list]) => `${ip} ${field} { ${list.join(", ")} }`);
}

function family(address: string): "ip" | "ip6" {
  return address.includes(":") ? "ip6" : "ip";
}
