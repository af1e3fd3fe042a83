import { addressInCidr, parseCidr, type Cidr } from "./address/address-ranges.ts";
import { addressNumber, type AddressNumber } from "./address/address.ts";
import { CountedRanges } from "./address/counted-ranges.ts";
import { LearnedRanges } from "./address/learned-ranges.ts";
import type { GivenRanges } from "./given-ranges.ts";
import type { Index } from "./named-objects.ts";
import type { AddressSource, Node, Pod, Service, ServiceCidr } from "./objects.ts";

/** Which addresses the cluster hands out: kept as objects come and go. */
export class ClusterRanges {
  readonly #pods = new CountedRanges();
  readonly #toldServices = new CountedRanges();
  readonly #learnedServices = new LearnedRanges();
  /** Addresses that network plugins give to the nodes' own devices, with the node. */
  readonly #devices = new Map<string, Node | AddressSource>();
  /** Addresses of pods outside of the pod ranges; undefined where they must be counted anew. */
  #strangers: number | undefined = 0;

  constructor({ podCidrs, serviceCidrs }: GivenRanges) {
    for (const cidr of podCidrs) this.#pods.add(cidr);
    for (const cidr of serviceCidrs) this.#toldServices.add(cidr);
  }

  readonly ofNodes: Index<Node> = {
    put: (node) => {
      for (const cidr of parsed(node.podCidrs)) this.#pods.add(cidr);
      for (const ip of deviceAddresses(node)) this.#devices.set(ip, node);
      for (const ip of node.addresses) this.#learnedServices.addNode(ip);
      if (node.podCidrs.length > 0) this.#strangers = undefined;
    },
    take: (node) => {
      for (const cidr of parsed(node.podCidrs)) this.#pods.remove(cidr);
      for (const ip of deviceAddresses(node)) if (this.#devices.get(ip) === node) this.#devices.delete(ip);
      for (const ip of node.addresses) this.#learnedServices.removeNode(ip);
      if (node.podCidrs.length > 0) this.#strangers = undefined;
    },
  };

  readonly ofServices: Index<Service> = {
    put: ({ clusterIps }) => clusterIps.forEach((ip) => this.#learnedServices.add(ip)),
    take: ({ clusterIps }) => clusterIps.forEach((ip) => this.#learnedServices.remove(ip)),
  };

  readonly ofServiceCidrs: Index<ServiceCidr> = {
    put: ({ cidrs }) => parsed(cidrs).forEach((cidr) => this.#toldServices.add(cidr)),
    take: ({ cidrs }) => parsed(cidrs).forEach((cidr) => this.#toldServices.remove(cidr)),
  };

  readonly ofAddressSources: Index<AddressSource> = {
    put: (source) => {
      for (const cidr of parsed(source.podCidrs)) this.#pods.add(cidr);
      for (const cidr of parsed(source.serviceCidrs)) this.#toldServices.add(cidr);
      for (const ip of source.deviceIps) this.#devices.set(ip, source);
      this.#strangers = undefined;
    },
    take: (source) => {
      for (const cidr of parsed(source.podCidrs)) this.#pods.remove(cidr);
      for (const cidr of parsed(source.serviceCidrs)) this.#toldServices.remove(cidr);
      for (const ip of source.deviceIps) if (this.#devices.get(ip) === source) this.#devices.delete(ip);
      this.#strangers = undefined;
    },
  };

  putPod(pod: Pod): void {
    if (this.#strangers !== undefined) this.#strangers += this.#strangersOf(pod);
  }

  takePod(pod: Pod): void {
    if (this.#strangers !== undefined) this.#strangers -= this.#strangersOf(pod);
  }

  /** The node whose device has this address. */
  deviceAt(ip: string): string | undefined {
    return this.#devices.get(ip)?.metadata.name;
  }

  isPodAddress(address: AddressNumber): boolean {
    return this.#pods.holds(address);
  }

  /** As told (by flag, by ServiceCIDR, KEP-1880, or by kubeadm), or else learned from the Services there are. */
  isServiceAddress(address: AddressNumber): boolean {
    return this.#toldServices.isEmpty ? this.#learnedServices.holds(address) : this.#toldServices.holds(address);
  }

  /** The first address of each range told, of pods and of Services. */
  *firstAddresses(): Generator<string> {
    for (const cidr of [...this.#pods.blocks(), ...this.#toldServices.blocks()]) yield addressInCidr(cidr, 0);
  }

  /**
   * Only then is a private address outside of the pods' ranges surely no pod's. Some plugins (Calico, Cilium)
   * number pods from ranges of their own and leave the nodes' podCIDR unused.
   */
  arePodsKnown(pods: Iterable<Pod>): boolean {
    if (this.#pods.isEmpty) return false;
    this.#strangers ??= Iterator.from(pods).reduce((sum, pod) => sum + this.#strangersOf(pod), 0);
    return this.#strangers === 0;
  }

  #strangersOf({ hostNetwork, ips }: Pod): number {
    return hostNetwork ? 0 : ips.filter((ip) => !this.#pods.holds(addressNumber(ip))).length;
  }
}

/**
 * The first two addresses of a node's pod range: the network's own is that of the tunnel device (flannel.1),
 * the next that of the bridge (cni0). Kubelet probes and traffic from other nodes come from there.
 */
function deviceAddresses({ podCidrs }: Node): readonly string[] {
  return parsed(podCidrs)
    .filter(({ width, prefix }) => width - prefix >= 2)
    .flatMap((cidr) => [addressInCidr(cidr, 0), addressInCidr(cidr, 1)]);
}

function parsed(cidrs: readonly string[]): readonly Cidr[] {
  return cidrs.map((cidr) => parseCidr(cidr)).filter((cidr) => cidr !== undefined);
}
