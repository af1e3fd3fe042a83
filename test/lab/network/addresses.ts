/** Who has which address in the laboratory. The outside's are documentation's (RFC 5737, RFC 3849), so nobody's. */
export const addresses = {
  world: { v4: "192.168.60.1", v6: "2001:db8:60::1" },
  node1: { v4: "192.168.60.11", v6: "2001:db8:60::11" },
  node2: { v4: "192.168.60.12", v6: "2001:db8:60::12" },
} as const;

/** Pods of the first node hang on routed veths, as Calico wires them; those of the second on a bridge, as flannel does. */
export const podNetwork = { node1: "10.81.1", node2: "10.81.2", node1v6: "fd81:1::", node2v6: "fd81:2::" } as const;

export interface Pod {
  /** Also its network namespace. */
  readonly name: string;
  readonly node: 1 | 2;
  readonly v4: string;
  readonly v6: string;
}

export function pod(name: string, node: 1 | 2, ordinal: number): Pod {
  const network = node === 1 ? [podNetwork.node1, podNetwork.node1v6] : [podNetwork.node2, podNetwork.node2v6];
  return { name, node, v4: `${network[0]}.${ordinal}`, v6: `${network[1]}${ordinal}` };
}
