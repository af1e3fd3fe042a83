import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import { portKey, type ServedPorts } from "./served-ports.ts";

/** The ports that workloads say they serve; for one state of the cluster, which bounds what is kept. */
export class DeclaredPorts {
  readonly #cluster: ClusterState;
  readonly #served: ServedPorts;
  readonly #known = new Map<string, ReadonlySet<string>>();

  constructor(cluster: ClusterState, served: ServedPorts) {
    this.#cluster = cluster;
    this.#served = served;
  }

  /** As `TCP/8080`: ports of the pods' containers, and those that Services lead to. None where nobody declared any. */
  of(ref: WorkloadRef): ReadonlySet<string> {
    const key = workloadKey(ref);
    let declared = this.#known.get(key);
    if (declared === undefined) {
      const ofPods = this.#cluster.podsOf(ref).flatMap(({ ports }) => ports);
      declared = new Set([
        ...ofPods.map(({ protocol, containerPort }) => portKey(protocol, containerPort)),
        ...this.#served.of(ref).map(({ protocol, target }) => portKey(protocol, target)),
      ]);
      this.#known.set(key, declared);
    }
    return declared;
  }
}
