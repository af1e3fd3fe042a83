import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { GeneratorSettings } from "../resolve-options.ts";
import { ClusterAddresses } from "./cluster-addresses.ts";
import { PodPeers } from "./peer-of-edge.ts";
import { PolicyNames } from "./policy-name.ts";
import { ServedPorts } from "./served-ports.ts";

/**
 * What policies are learned among: the cluster as it is now and what the caller wants, and what is looked up in it
 * once for all workloads of a generation, so that a thousand of them cost no more than a thousand times one.
 */
export interface Surroundings {
  readonly cluster: ClusterState;
  readonly settings: GeneratorSettings;
  readonly addresses: ClusterAddresses;
  readonly served: ServedPorts;
  readonly names: PolicyNames;
  readonly peers: PodPeers;
}

export function lookAround(cluster: ClusterState, settings: GeneratorSettings): Surroundings {
  const addresses = new ClusterAddresses(cluster);
  const served = new ServedPorts(cluster);
  const names = new PolicyNames(cluster, settings.name);
  return { cluster, settings, addresses, served, names, peers: new PodPeers(cluster) };
}
