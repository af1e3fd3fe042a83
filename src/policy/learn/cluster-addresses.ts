import type { ClusterState } from "../../cluster/cluster-state.ts";
import { AddressSet } from "./address-set.ts";

/** The addresses that the cluster uses itself, which no network around outside addresses may take in. */
export class ClusterAddresses {
  readonly #cluster: ClusterState;
  #known: AddressSet | undefined;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  /** Read when it is first asked for: many generations fold nothing. */
  get all(): AddressSet {
    this.#known ??= new AddressSet(this.#cluster.ownAddresses());
    return this.#known;
  }
}
