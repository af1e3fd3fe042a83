import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type Address, type Cidr, enclosing, holdsAddress, parseAddress } from "../cidr.ts";

/** The addresses that the cluster uses itself, which no network around an outside address may take in. */
export class ClusterAddresses {
  readonly #cluster: ClusterState;
  #known: readonly Address[] | undefined;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  /** The widest network around the address that is no wider than `cidr` and holds none of the cluster's. */
  narrowed(cidr: Cidr, around: Address): Cidr {
    const inside = this.#all().filter((address) => holdsAddress(cidr, address));
    let narrowed = cidr;
    while (inside.some((address) => holdsAddress(narrowed, address) && !isSame(address, around)))
      narrowed = enclosing(around, narrowed.prefixLength + 1);
    return narrowed;
  }

  #all(): readonly Address[] {
    this.#known ??= readAddresses(this.#cluster);
    return this.#known;
  }
}

function readAddresses(cluster: ClusterState): readonly Address[] {
  const pods = cluster.pods().flatMap(({ ips, hostIps }) => [...ips, ...hostIps]);
  const services = cluster.services().flatMap(({ clusterIps }) => clusterIps);
  return [...new Set([...pods, ...services])].flatMap((text) => parseAddress(text) ?? []);
}

function isSame(a: Address, b: Address): boolean {
  return a.family === b.family && a.words.every((word, index) => word === b.words[index]);
}
