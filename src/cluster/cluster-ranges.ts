import { addressNumber, isIpv6, type AddressNumber } from "./address/address.ts";
import {
  addressInCidr,
  addressRanges,
  cidrAround,
  isInRanges,
  parseCidr,
  type AddressRanges,
  type Cidr,
} from "./address/address-ranges.ts";
import type { ClusterObjects } from "./cluster-objects.ts";
import type { Node, Pod } from "./objects.ts";

/** Which addresses the cluster hands out. */
export interface ClusterRanges {
  readonly pods: AddressRanges;
  /** Only then is a private address outside of `pods` surely no pod's. */
  readonly arePodsKnown: boolean;
  readonly services: AddressRanges;
  /** Addresses that network plugins give to the nodes' own devices, with the node's name. */
  readonly devices: ReadonlyMap<string, string>;
}

export function clusterRanges(objects: ClusterObjects): ClusterRanges {
  const pods = addressRanges(objects.nodes.flatMap(({ podCidrs }) => parsed(podCidrs)));
  return {
    pods,
    arePodsKnown: pods.length > 0 && doRangesHold(pods, objects.pods),
    services: serviceRanges(objects),
    devices: nodeDevices(objects.nodes),
  };
}

/** Some plugins (Calico, Cilium) number pods from ranges of their own and leave the nodes' podCIDR unused. */
function doRangesHold(ranges: AddressRanges, pods: readonly Pod[]): boolean {
  return pods.every(({ hostNetwork, ips }) => hostNetwork || ips.every((ip) => isInRanges(ranges, addressNumber(ip))));
}

/**
 * The first two addresses of a node's pod range: the network's own is that of the tunnel device (flannel.1),
 * the next that of the bridge (cni0). Kubelet probes and traffic from other nodes come from there.
 */
function nodeDevices(nodes: readonly Node[]): ReadonlyMap<string, string> {
  const devices = nodes.flatMap(({ metadata, podCidrs }) =>
    parsed(podCidrs)
      .filter(({ width, prefix }) => width - prefix >= 2)
      .flatMap((cidr) => [0, 1].map((index): [string, string] => [addressInCidr(cidr, index), metadata.name])),
  );
  return new Map(devices);
}

/** As told (ServiceCIDR, KEP-1880), or else learned from the Services there are. */
function serviceRanges({ serviceCidrs, services, nodes }: ClusterObjects): AddressRanges {
  const told = serviceCidrs.flatMap(({ cidrs }) => parsed(cidrs));
  if (told.length > 0) return addressRanges(told);
  const nodeAddresses = nodes.flatMap(({ addresses }) => addresses.map((ip) => addressNumber(ip)));
  const clusterIps = services.flatMap((service) => service.clusterIps);
  return addressRanges(clusterIps.flatMap((ip) => learnedRange(ip, nodeAddresses)));
}

/** Prefix lengths for what is around a known Service: the usual range, or less where nodes live in that. */
const LEARNED_PREFIXES = { v4: [16, 20, 24], v6: [112, 120] } as const;

function learnedRange(clusterIp: string, nodeAddresses: readonly AddressNumber[]): readonly Cidr[] {
  const address = addressNumber(clusterIp);
  const prefixes = isIpv6(clusterIp) ? LEARNED_PREFIXES.v6 : LEARNED_PREFIXES.v4;
  const candidates = prefixes.map((prefix) => cidrAround(address, prefix));
  const free = candidates.find((cidr) => {
    const range = addressRanges([cidr]);
    return !nodeAddresses.some((node) => isInRanges(range, node));
  });
  return free === undefined ? [] : [free];
}

function parsed(cidrs: readonly string[]): readonly Cidr[] {
  return cidrs.map((cidr) => parseCidr(cidr)).filter((cidr) => cidr !== undefined);
}
