import { addresses } from "./addresses.ts";

/** A way from the first node's pods to the second's, under addresses of its own, so that all ways can be there at once. */
export interface Tunnel {
  readonly name: string;
  /** `10.NUMBER.NODE.2` is a pod's address on it. */
  readonly number: number;
  /** For `ip -batch`, outside of the nodes. */
  readonly between?: readonly string[];
  /** Makes the device on a node: for `ip link add`. */
  readonly kind: (own: 1 | 2) => string;
  /** Run on the node where its kernel has no such device; a device that a program makes has a name of its own, see {@link deviceOf}. */
  readonly instead?: (own: 1 | 2) => readonly string[];
  /** A shell's lines, run on the node when the device is there. */
  readonly setUp?: (own: 1 | 2) => string;
}

/** Each with the port or protocol that its usual users give it. */
export const tunnels: readonly Tunnel[] = [
  { name: "vxlan-8472", number: 91, kind: (own) => `type vxlan id 1 ${ends(own)} dstport 8472` },
  { name: "vxlan-4789", number: 92, kind: (own) => `type vxlan id 4096 ${ends(own)} dstport 4789` },
  { name: "geneve", number: 93, kind: (own) => `type geneve id 1 remote ${nodeAddress(other(own))} dstport 6081` },
  { name: "ipip", number: 94, kind: (own) => `type ipip ${ends(own)}` },
  {
    name: "wireguard",
    number: 95,
    kind: () => "type wireguard",
    instead: (own) => ["wireguard-go", `wireguard-${own}`],
    setUp: setWireGuard,
  },
  {
    name: "bond",
    number: 96,
    between: [0, 1].map((n) => `link add slave${n} netns node1 type veth peer name slave${n} netns node2`),
    kind: () => "type bond mode balance-rr miimon 100",
    setUp: (own) => `for each in slave0 slave1; do ip link set $each master bond-${own}; ip link set $each up; done`,
  },
];

/** Of another name on each node: the socket by which a program that makes one is spoken to bears that name. */
export function deviceOf({ name }: Tunnel, own: 1 | 2): string {
  return `${name}-${own}`;
}

export function podAddress({ number }: Tunnel, node: 1 | 2): string {
  return `10.${number}.${node}.2`;
}

/** What leads through the tunnel once its device is there: for `ip -batch` on the node. */
export function tunnelRoutes(tunnel: Tunnel, own: 1 | 2): readonly string[] {
  const { number } = tunnel;
  const [far, name] = [other(own), deviceOf(tunnel, own)];
  return [
    `link set ${name} up`,
    `addr add 10.${number}.0.${own}/24 dev ${name}`,
    `route add 10.${number}.${far}.0/24 via 10.${number}.0.${far} dev ${name} onlink`,
  ];
}

function ends(own: 1 | 2): string {
  return `local ${nodeAddress(own)} remote ${nodeAddress(other(own))}`;
}

function nodeAddress(node: 1 | 2): string {
  return node === 1 ? addresses.node1.v4 : addresses.node2.v4;
}

function other(node: 1 | 2): 1 | 2 {
  return node === 1 ? 2 : 1;
}

/** Keys that everybody may know, made for this laboratory with `wg genkey` and `wg pubkey`. */
const keys = {
  1: { secret: "uOLEwjNuvmittfdrpWEcmWsNaS1SM9p5lte7gr5QRng=", open: "q1aOhLXNiCRIq8CrVSczigw5If8OiWuGbZhxg97ZeRw=" },
  2: { secret: "0DfTELADaexpwFxv3paBQz+CZ4zjSNPH+s5iCT352XM=", open: "CA5TshVB5IAnCULQZ6hO4ro/mJ1ICNLkRorEuTJ7RGA=" },
} as const;

function setWireGuard(own: 1 | 2): string {
  const far = other(own);
  const peer = `peer ${keys[far].open} allowed-ips 10.95.0.0/16 endpoint ${nodeAddress(far)}:51820`;
  return `echo ${keys[own].secret} | wg set wireguard-${own} listen-port 51820 private-key /dev/stdin ${peer}`;
}
