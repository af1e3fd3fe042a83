import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type LabelSelector, type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import type { Edge } from "../../profile/edge.ts";
import { type End, type PodEnd, podEnd } from "../evaluate/end.ts";
import { labelsKey } from "../evaluate/label-class.ts";
import { compareText, isUsable, labelsSelected } from "../selector.ts";

/** Pods that differ in their labels are tried each; a StatefulSet's all do, by their name alone. */
const MAX_DISTINCT = 8;

/** The pods on which a policy is proven. */
export interface Cast {
  /** Pods of the cluster, one of each set of labels; the imagined one where there is none. */
  readonly real: readonly End[];
  /** Those first, and a pod still to come, which bears what the selector asks for and nothing else. */
  readonly all: readonly End[];
}

/** Finds the pods that stand for a workload; looks each workload up once. */
export class Representatives {
  readonly #cluster: ClusterState;
  readonly #selectors: ReadonlyMap<string, LabelSelector>;
  readonly #casts = new Map<string, Cast>();

  /**
   * For one generation over one state of the cluster, which bounds what is kept. `selectors`, by `workloadKey`, are
   * those that policies are being written with; the cluster tells the others.
   */
  constructor(cluster: ClusterState, selectors: ReadonlyMap<string, LabelSelector>) {
    this.#cluster = cluster;
    this.#selectors = selectors;
  }

  of(ref: WorkloadRef): Cast {
    const key = workloadKey(ref);
    let cast = this.#casts.get(key);
    if (cast === undefined) {
      cast = this.#find(ref);
      this.#casts.set(key, cast);
    }
    return cast;
  }

  /** The other side of an edge. Whoever is no workload is an address, unknown or not. */
  ofPeer({ peer }: Edge): Cast {
    if (peer.type === "workload") return this.of(peer);
    const node = peer.type === "host" ? peer.name : undefined;
    const real: readonly End[] = [{ kind: "address", ip: peer.ip, node }];
    return { real, all: real };
  }

  #find(ref: WorkloadRef): Cast {
    const pods = this.#cluster.podsOf(ref).toSorted((a, b) => compareText(a.metadata.name, b.metadata.name));
    const distinct = Map.groupBy(pods, (pod) => labelsKey(pod.metadata.labels));
    const real = [...distinct.values()].slice(0, MAX_DISTINCT).map(([first]) => podEnd(first!));
    const selector = this.#selectors.get(workloadKey(ref)) ?? this.#cluster.workload(ref)?.selector;
    const imagined = imaginePod(ref, isUsable(selector) ? labelsSelected(selector) : {}, real[0]);
    return { real: real.length > 0 ? real : [imagined], all: [...real, imagined] };
  }
}

function imaginePod(
  { namespace, kind, name }: WorkloadRef,
  labels: PodEnd["labels"],
  like: PodEnd | undefined,
): PodEnd {
  return {
    kind: "pod",
    namespace,
    // No pod can be called so.
    name: `any pod of ${kind} ${name}`,
    labels,
    ips: [],
    node: undefined,
    hostNetwork: false,
    ports: like?.ports ?? [],
  };
}
