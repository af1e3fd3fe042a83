import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Grant, RulePeer, RulePort } from "../rule.ts";
import { canonicalSelector } from "../selector.ts";
import type { ServedPort, ServedPorts } from "./served-ports.ts";

/**
 * For plugins that judge egress before a Service is resolved: what a client asks the Services in front of its peer for,
 * their own port, at the pods that they select. The AWS VPC CNI knows a Service's address only by a rule that names the
 * very selector of the Service (aws/amazon-network-policy-controller-k8s#147, #194), so that it is named beside the
 * workload's. A headless Service has no address of its own.
 */
export function servicePortGrants(edge: Edge, served: ServedPorts): readonly Grant[] {
  const { direction, protocol } = edge;
  return servicePorts(edge, served).map((one) => {
    const port: RulePort = { protocol, port: one.port };
    return { direction, origin: "option", peer: servicePeer(one, edge), port, edges: [edgeKey(edge)] };
  });
}

/** What the Services in front of an edge's peer, that have an address of their own, are asked for to get to its port. */
export function servicePorts({ direction, peer, protocol, port }: Edge, served: ServedPorts): readonly ServedPort[] {
  if (direction !== "egress" || peer.type !== "workload") return [];
  return served
    .of(peer)
    .filter(({ service, ...one }) => one.target === port && one.protocol === protocol && service.clusterIps.length > 0);
}

/** The pods that a Service selects, as a peer. */
export function servicePeer({ service: { metadata, selector } }: ServedPort, { peer }: Edge): RulePeer {
  const workloads = peer.type === "workload" ? [{ namespace: peer.namespace, kind: peer.kind, name: peer.name }] : [];
  return {
    kind: "pods",
    namespace: metadata.namespace,
    selector: canonicalSelector({ matchLabels: selector }),
    workloads,
  };
}
