import { ofFamily, podsBehind } from "./layout.ts";
import type { Layout, ServicePlan, ServicePortPlan } from "./plan.ts";

// What kube-proxy marks a packet with that came in by a NodePort and must be masqueraded.
const masqueradeMark = "0x4000";

/**
 * The node's nftables ruleset: what kube-proxy would write for the Services (random choice of a backend,
 * externalTrafficPolicy Cluster), and what the network plugin would for pods that leave the cluster.
 */
export function serviceNat(layout: Layout): string {
  const { services, node } = layout.plan;
  const rules = services.flatMap((service) => service.ports.flatMap((port) => portRules(service, port, layout)));
  return `table inet kube-proxy {
  chain services {
    ${rules.join("\n    ")}
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    jump services
  }
  chain output {
    type nat hook output priority -100; policy accept;
    jump services
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    meta mark ${masqueradeMark} masquerade
    ${[...node.podCidrs.map(leavesCluster), ...hairpins(layout)].join("\n    ")}
  }
  chain no-such-service {
    ${node.serviceCidrs.map((cidr) => `${ip(cidr)} daddr ${cidr} reject`).join("\n    ")}
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    jump no-such-service
  }
  chain local-output {
    type filter hook output priority filter; policy accept;
    jump no-such-service
  }
}
`;
}

function portRules(service: ServicePlan, port: ServicePortPlan, layout: Layout): readonly string[] {
  return service.clusterIps.flatMap((clusterIp) => {
    const toBackend = chooseBackend(service, port, { layout, family: clusterIp.includes(":") ? 6 : 4 });
    if (toBackend === undefined) return [];
    const protocol = port.protocol.toLowerCase();
    const rules = [`${ip(clusterIp)} daddr ${clusterIp} ${protocol} dport ${port.port} ${toBackend}`];
    if (port.nodePort !== undefined) {
      const reached = `meta nfproto ${clusterIp.includes(":") ? "ipv6" : "ipv4"} fib daddr type local`;
      rules.push(`${reached} ${protocol} dport ${port.nodePort} meta mark set ${masqueradeMark} ${toBackend}`);
    }
    return rules;
  });
}

function chooseBackend(
  service: ServicePlan,
  { targetPort }: ServicePortPlan,
  { layout, family }: { readonly layout: Layout; readonly family: 4 | 6 },
): string | undefined {
  const backends = podsBehind(service, layout).flatMap(({ addresses }) => ofFamily(family, addresses) ?? []);
  if (backends.length === 0) return undefined;
  const entries = backends.map((address, index) => `${index} : ${address} . ${targetPort}`);
  const to = family === 6 ? "ip6" : "ip";
  return `dnat ${to} to numgen random mod ${backends.length} map { ${entries.join(", ")} }`;
}

function leavesCluster(podCidr: string): string {
  return `${ip(podCidr)} saddr ${podCidr} oifname "eth0" masquerade`;
}

/** A pod that a Service sends back to itself would answer itself directly and never know the connection. */
function hairpins({ pods }: Layout): readonly string[] {
  return pods.flatMap(({ addresses }) =>
    addresses.map((address) => `${ip(address)} saddr ${address} ${ip(address)} daddr ${address} masquerade`),
  );
}

function ip(address: string): "ip" | "ip6" {
  return address.includes(":") ? "ip6" : "ip";
}
