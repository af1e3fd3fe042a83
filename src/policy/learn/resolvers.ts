import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { portKey, type ServedPorts } from "./served-ports.ts";

const DNS_PORT = 53;
/**
 * The edges by which a workload asks its resolvers, by `edgeKey`. Port 53 at an address outside counts only
 * where nothing in the cluster is asked: beside a resolver of the cluster it is as likely a tunnel.
 */
export function resolverEdges({ egress }: Profile, served: ServedPorts): ReadonlySet<string> {
  const asked = egress.filter((edge) => isDns(edge, served));
  const near = asked.filter(({ peer }) => peer.type === "workload" || peer.type === "host");
  return new Set((near.length > 0 ? near : asked).map(edgeKey));
}

/** Ports of a workload's own pods that a Service offers as DNS, as `portKey` has them. */
export function servedDns({ workload }: Profile, served: ServedPorts): ReadonlySet<string> {
  const own = served.of(workload).filter(({ port }) => port === DNS_PORT);
  return new Set(own.map(({ protocol, target }) => portKey(protocol, target)));
}

/** After DNAT a resolver's pods may listen on a port of their own (5353 on OpenShift): then its Service tells. */
function isDns({ peer, protocol, port }: Edge, served: ServedPorts): boolean {
  if (protocol === "SCTP") return false;
  if (port === DNS_PORT) return true;
  if (peer.type !== "workload") return false;
  return served.of(peer).some((one) => one.port === DNS_PORT && one.target === port && one.protocol === protocol);
}
