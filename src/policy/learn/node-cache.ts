import { type Edge, edgeKey } from "../../profile/edge.ts";
import { cidrText, parseAddress, singleAddress } from "../cidr.ts";
import type { Grant, RulePort } from "../rule.ts";
import { servicePorts } from "./service-port-grants.ts";
import type { Surroundings } from "./surroundings.ts";

/** As the add-on and the clouds that bring it call its DaemonSet. */
const NODE_CACHE = { namespace: "kube-system", kind: "DaemonSet", name: "node-local-dns" } as const;

/**
 * NodeLocal DNSCache listens on the nodes at the very address of the DNS Service, so that lookups sent there are answered
 * by the node and never become the resolver's pods': where it runs, that address has to pass as well.
 * https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/#configuration
 */
export function nodeCacheGrants(
  edge: Edge,
  ports: readonly RulePort[],
  { cluster, served }: Pick<Surroundings, "cluster" | "served">,
): readonly Grant[] {
  const services = servicePorts(edge, served);
  if (services.length === 0 || cluster.workload(NODE_CACHE) === undefined) return [];
  return services.flatMap(({ service: { metadata, clusterIps }, port: asked }) =>
    clusterIps.flatMap((ip) => {
      const address = parseAddress(ip);
      if (address === undefined) return [];
      const notes = [`Service ${metadata.namespace}/${metadata.name}, where the node's own cache answers`];
      const peer = { kind: "block", cidr: cidrText(singleAddress(address)), notes } as const;
      const edges = [edgeKey(edge)];
      return ports.map(({ protocol }) => ({
        direction: "egress" as const,
        origin: "dns" as const,
        peer,
        port: { protocol, port: asked },
        edges,
      }));
    }),
  );
}
