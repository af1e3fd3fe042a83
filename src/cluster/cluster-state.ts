import type { Connection } from "../flow/connection.ts";
import { identifyAddress } from "./address-book.ts";
import {
  AddressHistory,
  defaultHistorySettings,
  type Holder,
  type HistorySettings,
} from "./address/address-history.ts";
import { clusterObjects, type ClusterObjects } from "./cluster-objects.ts";
import { clusterRanges } from "./cluster-ranges.ts";
import type { Flow } from "./flow.ts";
import { identifyConnection, type ConnectionSources } from "./identify-connection.ts";
import type { HostIdentity, Identity, PodIdentity } from "./identity.ts";
import { nodeHosts } from "./address/node-hosts.ts";
import type { KubernetesObject, Namespace, NetworkPolicyObject, Pod, Service } from "./objects.ts";
import { isFinished, podKey, podLife } from "./address/pod-life.ts";
import { ServiceIndex } from "./service/service-index.ts";
import { WorkloadIndex } from "./workload/workload-index.ts";
import type { Workload, WorkloadRef } from "./workload.ts";

/**
 * What the cluster is, and was: in come Kubernetes objects, one whole state after the other, from files or
 * from the API; out comes who had an address at a moment, and what workloads, Services and policies there are.
 * Only who had which address is remembered from one state to the next, within bounds.
 */
export class ClusterState {
  readonly #pods: AddressHistory<PodIdentity>;
  readonly #hosts: AddressHistory<HostIdentity>;
  #objects: ClusterObjects;
  #sources: ConnectionSources;
  #livingPods: readonly Pod[] = [];
  #namespaceLabels = new Map<string, Readonly<Record<string, string>>>();

  constructor(settings: Partial<HistorySettings> = {}) {
    this.#pods = new AddressHistory({ ...defaultHistorySettings, ...settings });
    this.#hosts = new AddressHistory({ ...defaultHistorySettings, ...settings });
    this.#objects = clusterObjects([]);
    this.#sources = this.#sourcesOf(this.#objects);
  }

  /** Takes the whole new state. Pods that are not in it any more ended at the latest at `nowUs`. */
  replace(objects: Iterable<KubernetesObject>, nowUs: number): void {
    this.#objects = clusterObjects(objects);
    this.#sources = this.#sourcesOf(this.#objects);
    this.#namespaceLabels = namespaceLabels(this.#objects.namespaces);
    const { pods, nodes } = this.#objects;
    this.#livingPods = pods.filter((pod) => !isFinished(pod));
    this.#pods.update(podHolders(pods, this.#sources.workloads), nowUs);
    this.#hosts.update(nodeHosts(nodes, pods), nowUs);
  }

  /** Who had this address then; `timeUs` in microseconds since 1970. */
  identify(ip: string, timeUs: number): Identity {
    return identifyAddress(this.#sources, ip, timeUs);
  }

  /** Names both ends of a connection as of its start. */
  identifyConnection(connection: Connection): Flow {
    return identifyConnection(this.#sources, connection);
  }

  /** The pods that are there now and have not finished. */
  pods(): readonly Pod[] {
    return this.#livingPods;
  }

  /** Those of them that are this workload's. */
  podsOf(ref: WorkloadRef): readonly Pod[] {
    return this.#sources.workloads.podsOf(ref);
  }

  workloadOf(pod: Pod): WorkloadRef {
    return this.#sources.workloads.refOf(pod);
  }

  workload(ref: WorkloadRef): Workload | undefined {
    return this.#sources.workloads.get(ref);
  }

  workloads(namespace?: string): readonly Workload[] {
    return this.#sources.workloads.list(namespace);
  }

  /** The kind in any case, as paths have it: `deployment`, `rollout`, `rollout.argoproj.io`. */
  findWorkload(namespace: string, kindInPath: string, name: string): Workload | undefined {
    return this.#sources.workloads.find(namespace, kindInPath, name);
  }

  namespaces(): readonly Namespace[] {
    return this.#objects.namespaces;
  }

  /** Always with `kubernetes.io/metadata.name`, which the API server sets; without others where the Namespace is not known. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> {
    return this.#namespaceLabels.get(namespace) ?? { [NAME_LABEL]: namespace };
  }

  networkPolicies(): readonly NetworkPolicyObject[] {
    return this.#objects.networkPolicies;
  }

  services(): readonly Service[] {
    return this.#objects.services;
  }

  /** Past holdings of addresses that were dropped for age or want of room. */
  get forgotten(): number {
    return this.#pods.forgotten + this.#hosts.forgotten;
  }

  #sourcesOf(objects: ClusterObjects): ConnectionSources {
    return {
      pods: this.#pods,
      hosts: this.#hosts,
      services: new ServiceIndex(objects.services, objects.endpointSlices),
      ranges: clusterRanges(objects),
      workloads: new WorkloadIndex(objects.pods, objects.controllers),
    };
  }
}

/** KEP-2161: every namespace bears its name as a label. */
const NAME_LABEL = "kubernetes.io/metadata.name";

function namespaceLabels(namespaces: readonly Namespace[]): Map<string, Readonly<Record<string, string>>> {
  return new Map(namespaces.map(({ metadata: { name, labels } }) => [name, { ...labels, [NAME_LABEL]: name }]));
}

/** A pod on its node's network has the node's address, which is nobody's own. */
function podHolders(pods: readonly Pod[], workloads: WorkloadIndex): Iterable<Holder<PodIdentity>> {
  return Iterator.from(pods)
    .filter((pod) => !pod.hostNetwork)
    .map((pod) => ({
      key: podKey(pod),
      ips: pod.ips.filter((ip) => !pod.hostIps.includes(ip)),
      life: podLife(pod),
      value: workloads.identityOf(pod),
    }));
}
