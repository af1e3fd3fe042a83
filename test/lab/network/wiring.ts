import { type Pod, addresses, podNetwork } from "./addresses.ts";

/** One step of the wiring: lines for `ip -batch`, run inside a network namespace, or outside of all of them. */
export interface WiringStep {
  readonly within?: string;
  readonly lines: readonly string[];
}

const gateway4 = "169.254.1.1";
const gateway6 = "fe80::1";
const gatewayMac = "ee:ee:ee:ee:ee:ee";

/**
 * Two nodes and the world on one network. The second node's uplink is a port of a bridge that has its address,
 * as Open vSwitch and libvirt leave it, so that there every packet is seen on the port, the bridge, and the
 * pods' bridge and veth.
 */
export function wireNodes(): readonly WiringStep[] {
  return [
    {
      lines: [
        ...["node1", "node2", "world"].map((name) => `netns add ${name}`),
        "link add eth0 netns node1 type veth peer name to-node1 netns world",
        "link add eth0 netns node2 type veth peer name to-node2 netns world",
      ],
    },
    {
      within: "world",
      lines: [
        ...up("lo", "to-node1", "to-node2"),
        ...bridge("lan", ["to-node1", "to-node2"]),
        ...address("lan", addresses.world, 24),
        `route add ${podNetwork.node1}.0/24 via ${addresses.node1.v4}`,
      ],
    },
    { within: "node1", lines: [...up("lo", "eth0"), ...address("eth0", addresses.node1, 24), ...routes("node2")] },
    {
      within: "node2",
      lines: [
        ...up("lo", "eth0"),
        ...bridge("br-ex", ["eth0"]),
        ...bridge("cni0", []),
        ...address("br-ex", addresses.node2, 24),
        ...address("cni0", { v4: `${podNetwork.node2}.1`, v6: `${podNetwork.node2v6}1` }, 24),
        ...routes("node1"),
      ],
    },
  ];
}

export function wirePod({ name, node, v4, v6 }: Pod): readonly WiringStep[] {
  const link = `link add ${interfaceOf({ name, node })} netns node${node} type veth peer name eth0 netns ${name}`;
  const own = [`addr add ${v4}/32 dev eth0`, `addr add ${v6}/128 dev eth0 nodad`];
  return [
    { lines: [`netns add ${name}`, link] },
    { within: `node${node}`, lines: node === 1 ? routedVeth(name, v4, v6) : bridgedVeth(name) },
    { within: name, lines: [...up("lo", "eth0"), ...own, ...(node === 1 ? routedGateways() : bridgedGateways())] },
  ];
}

export function interfaceOf({ name, node }: { readonly name: string; readonly node: 1 | 2 }): string {
  return `${node === 1 ? "cali-" : "veth-"}${name}`.slice(0, 15);
}

function routedVeth(name: string, v4: string, v6: string): readonly string[] {
  const device = interfaceOf({ name, node: 1 });
  return [
    `link set ${device} address ${gatewayMac} addrgenmode none up`,
    `addr add ${gateway6}/64 dev ${device} nodad`,
    `route add ${v4} dev ${device} src ${addresses.node1.v4}`,
    `route add ${v6} dev ${device} src ${addresses.node1.v6}`,
  ];
}

function routedGateways(): readonly string[] {
  return [gateway4, gateway6].flatMap((via) => [
    `neigh add ${via} lladdr ${gatewayMac} dev eth0 nud permanent`,
    `route add default via ${via} dev eth0 onlink`,
  ]);
}

function bridgedVeth(name: string): readonly string[] {
  const device = interfaceOf({ name, node: 2 });
  return [`link set ${device} master cni0 addrgenmode none up`];
}

function bridgedGateways(): readonly string[] {
  const [via4, via6] = [`${podNetwork.node2}.1`, `${podNetwork.node2v6}1`];
  return [
    `route add ${via4} dev eth0`,
    `route add default via ${via4} dev eth0`,
    `route add ${via6} dev eth0`,
    `route add default via ${via6} dev eth0`,
  ];
}

/** The way to the other node's pods, and to the world. */
function routes(other: "node1" | "node2"): readonly string[] {
  const [v4, v6] = other === "node1" ? [podNetwork.node1, podNetwork.node1v6] : [podNetwork.node2, podNetwork.node2v6];
  return [
    `route add default via ${addresses.world.v4}`,
    `route add ${v4}.0/24 via ${addresses[other].v4}`,
    `route add ${v6}/64 via ${addresses[other].v6}`,
  ];
}

function up(...devices: readonly string[]): readonly string[] {
  return devices.map((device) => `link set ${device} up`);
}

function bridge(name: string, ports: readonly string[]): readonly string[] {
  return [`link add ${name} type bridge`, ...ports.map((port) => `link set ${port} master ${name}`), ...up(name)];
}

function address(device: string, { v4, v6 }: { readonly v4: string; readonly v6: string }, length: number): string[] {
  return [`addr add ${v4}/${length} dev ${device}`, `addr add ${v6}/64 dev ${device} nodad`];
}
