import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { portKey, servedPorts } from "./published-ports.ts";

const DNS_PORT = 53;
/**
 * The edges by which a workload asks its resolvers, by `edgeKey`. Port 53 at an address outside counts only
 * where nothing in the cluster is asked: beside a resolver of the cluster it is as likely a tunnel.
 */
export function resolverEdges({ egress }: Profile, cluster: ClusterState): ReadonlySet<string> {
  const asked = egress.filter((edge) => isDns(edge, cluster));
  const near = asked.filter(({ peer }) => peer.type === "workload" || peer.type === "host");
  return new Set((near.length > 0 ? near : asked).map(edgeKey));
}

/** Ports of a workload's own pods that a Service offers as DNS, as `portKey` has them. */
export function servedDns({ workload }: Profile, cluster: ClusterState): ReadonlySet<string> {
  const served = servedPorts(cluster.services(), workload, cluster.podsOf(workload));
  return new Set(
    served.filter(({ port }) => port === DNS_PORT).map(({ protocol, target }) => portKey(protocol, target)),
  );
}

/** After DNAT a resolver's pods may listen on a port of their own (5353 on OpenShift): then its Service tells. */
function isDns({ peer, protocol, port }: Edge, cluster: ClusterState): boolean {
  if (protocol === "SCTP") return false;
  if (port === DNS_PORT) return true;
  if (peer.type !== "workload") return false;
  return servedPorts(cluster.services(), peer, cluster.podsOf(peer)).some(
    (served) => served.port === DNS_PORT && served.target === port && served.protocol === protocol,
  );
}
