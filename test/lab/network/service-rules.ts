import type { Endpoint } from "../../../src/flow/connection.ts";
import { podNetwork } from "./addresses.ts";

export interface Service {
  readonly ip: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  /** None: who asks is told so by an ICMP error, as kube-proxy does it. */
  readonly backends: readonly Endpoint[];
  readonly nodePort?: number;
  /** externalTrafficPolicy Local keeps the client's address; Cluster, the default, hides it behind the node's. */
  readonly isLocal?: boolean;
}

const masqueradeMark = "0x4000";

/** A node's nftables ruleset: what kube-proxy would write for these Services. */
export function serviceRules(services: readonly Service[]): string {
  const open = services.filter(({ backends }) => backends.length > 0);
  const closed = services.filter(({ backends }) => backends.length === 0);
  return `table inet kube-proxy {
  chain services {
    ${open.flatMap((service) => [clusterRule(service), ...nodePortRule(service)]).join("\n    ")}
  }
  chain prerouting { type nat hook prerouting priority dstnat; jump services; }
  chain output { type nat hook output priority -100; jump services; }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    meta mark ${masqueradeMark} masquerade
    ${open.flatMap(hairpinRules).join("\n    ")}
  }
  chain forward {
    type filter hook forward priority filter;
    ${closed.map((service) => `${match(service)} reject`).join("\n    ")}
  }
}
`;
}

function clusterRule(service: Service): string {
  return `${match(service)} ${choose(service)}`;
}

function nodePortRule(service: Service): readonly string[] {
  const { nodePort, protocol, ip, isLocal = false } = service;
  if (nodePort === undefined) return [];
  const reached = `meta nfproto ${ip.includes(":") ? "ipv6" : "ipv4"} fib daddr type local`;
  const mark = isLocal ? "" : `meta mark set ${masqueradeMark} `;
  return [`${reached} ${protocol.toLowerCase()} dport ${nodePort} ${mark}${choose(service)}`];
}

function match({ ip, port, protocol }: Service): string {
  return `${family(ip)} daddr ${ip} ${protocol.toLowerCase()} dport ${port}`;
}

function choose({ ip, backends }: Service): string {
  const entries = backends.map((backend, index) => `${index} : ${backend.ip} . ${backend.port}`);
  return `dnat ${family(ip)} to numgen inc mod ${backends.length} map { ${entries.join(", ")} }`;
}

/** A pod that a Service sends back to itself would answer itself directly and never know the connection. */
function hairpinRules({ backends }: Service): readonly string[] {
  return backends
    .filter(({ ip }) => ip.startsWith(podNetwork.node1) || ip.startsWith(podNetwork.node1v6))
    .map(({ ip }) => `${family(ip)} saddr ${ip} ${family(ip)} daddr ${ip} masquerade`);
}

function family(address: string): "ip" | "ip6" {
  return address.includes(":") ? "ip6" : "ip";
}
