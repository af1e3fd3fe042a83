import type { NetworkPolicyPeer, NetworkPolicyPort } from "../cluster/objects.ts";
import type { RulePeer, RulePort } from "./rule.ts";

/** The label that every namespace bears, whose value is its name (Kubernetes 1.22). */
export const NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name";

/** How networking.k8s.io/v1 names a peer in a policy of that namespace; undefined is everyone. */
export function toApiPeer(peer: RulePeer, policyNamespace: string): NetworkPolicyPeer | undefined {
  switch (peer.kind) {
    case "everyone":
      return undefined;
    case "namespace":
      return { podSelector: {} };
    case "block":
      return { ipBlock: { cidr: peer.cidr } };
    case "pods":
      // Both selectors in one element: in two they would be two peers, the whole namespace one of them.
      return peer.namespace === policyNamespace
        ? { podSelector: peer.selector }
        : {
            namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: peer.namespace } },
            podSelector: peer.selector,
          };
  }
}

export function toApiPort({ protocol, port, endPort }: RulePort): NetworkPolicyPort {
  return endPort === undefined ? { protocol, port } : { protocol, port, endPort };
}
