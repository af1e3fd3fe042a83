import type { ClusterState } from "../cluster/cluster-state.ts";
import type { WorkloadRef } from "../cluster/workload.ts";
import type { Profile } from "./profile.ts";

/** The profiles to answer from: what one node has seen, or what all have told. */
export interface Profiles {
  /** Resolves when they are as whole as they can be made in a few seconds; absent where they always are. */
  readonly gather?: () => Promise<void>;
  /** Undefined for a workload that the cluster does not know and nobody has seen. */
  profile(ref: WorkloadRef, cluster: ClusterState): Profile | undefined;
  /** A workload that was seen, whatever the cluster knows of it now; the kind in any case. */
  find(namespace: string, kind: string, name: string): WorkloadRef | undefined;
  /** All workloads of the cluster and all that were seen, by name. */
  profiles(cluster: ClusterState, namespace?: string): readonly Profile[];
}
