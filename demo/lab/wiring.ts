import { isIPv6 } from "node:net";
import type { LabPod, Layout } from "./plan.ts";

/** The network namespaces that are not a pod's. */
export const nodeNetwork = "node";
export const outsideNetwork = "outside";

/** One step of the wiring: lines for `ip -batch`, run inside a network namespace, or outside of all of them. */
export interface WiringStep {
  readonly within?: string;
  readonly lines: readonly string[];
}

// As Calico wires a pod: a link-local gateway that every veth shares, no bridge, a /32 route to each pod.
const gateway4 = "169.254.1.1";
const gateway6 = "fe80::1";
const gatewayMac = "ee:ee:ee:ee:ee:ee";

/** The `ip` commands that make a lab's network, in order. Addresses go without duplicate address detection, which costs seconds. */
export function wire(layout: Layout): readonly WiringStep[] {
  return [
    { lines: [...namespaces(layout), uplink(), ...layout.pods.map(veth)] },
    { within: nodeNetwork, lines: nodeSide(layout) },
    { within: outsideNetwork, lines: outsideSide(layout) },
    ...layout.pods.map((pod) => ({ within: pod.name, lines: podSide(pod) })),
  ];
}

function namespaces({ pods }: Layout): readonly string[] {
  return [nodeNetwork, outsideNetwork, ...pods.map(({ name }) => name)].map((name) => `netns add ${name}`);
}

function uplink(): string {
  return `link add eth0 netns ${nodeNetwork} type veth peer name eth0 netns ${outsideNetwork}`;
}

function veth(pod: LabPod): string {
  return `link add ${pod.interface} netns ${nodeNetwork} type veth peer name eth0 netns ${pod.name}`;
}

function nodeSide({ plan: { node, outside }, pods }: Layout): readonly string[] {
  const lines = ["link set lo up", "link set eth0 up", ...node.addresses.map((address) => addAddress(address, "eth0"))];
  for (const address of outside.gateways) lines.push(`route add default via ${bare(address)}`);
  for (const pod of pods) {
    lines.push(`link set ${pod.interface} address ${gatewayMac} addrgenmode none up`);
    if (pod.addresses.some(isIPv6)) lines.push(addAddress(`${gateway6}/64`, pod.interface));
    // The source is named, since a probe from the node must come from the node's own address.
    for (const address of pod.addresses) {
      const source = bare(node.addresses.find((own) => own.includes(":") === isIPv6(address)) ?? "");
      lines.push(`route add ${address} dev ${pod.interface} src ${source}`);
    }
  }
  return lines;
}

function outsideSide({ plan: { outside } }: Layout): readonly string[] {
  const onUplink = outside.gateways.map((address) => addAddress(address, "eth0"));
  const own = outside.addresses.map((address) => addAddress(wholeAddress(address), "lo"));
  return ["link set lo up", "link set eth0 up", ...onUplink, ...own];
}

function podSide(pod: LabPod): readonly string[] {
  const lines = ["link set lo up", "link set eth0 addrgenmode none up"];
  for (const address of pod.addresses) {
    const via = isIPv6(address) ? gateway6 : gateway4;
    lines.push(addAddress(wholeAddress(address), "eth0"));
    lines.push(`neigh add ${via} lladdr ${gatewayMac} dev eth0 nud permanent`);
    lines.push(`route add default via ${via} dev eth0 onlink`);
  }
  return lines;
}

function addAddress(address: string, device: string): string {
  return `addr add ${address} dev ${device}${address.includes(":") ? " nodad" : ""}`;
}

function wholeAddress(address: string): string {
  return `${address}/${isIPv6(address) ? 128 : 32}`;
}

function bare(address: string): string {
  return address.slice(0, address.indexOf("/"));
}
