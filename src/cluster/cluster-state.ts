import type { Connection } from "../flow/connection.ts";
import { type HistorySettings, defaultHistorySettings } from "./address/history-settings.ts";
import { addressesIn } from "./address/address-list.ts";
import { identifyAddress } from "./address-book.ts";
import type { ClusterChange } from "./cluster-change.ts";
import { ClusterIndexes } from "./cluster-indexes.ts";
import type { Flow } from "./flow.ts";
import { type GivenRanges, noGivenRanges } from "./given-ranges.ts";
import { identifyConnection } from "./identify-connection.ts";
import type { Identity } from "./identity.ts";
import { namespaceLabels } from "./namespace-labels.ts";
import type { KubernetesObject, Namespace, NetworkPolicyObject, Pod, Service } from "./objects.ts";
import { Reading } from "./reading.ts";
import type { Workload, WorkloadRef } from "./workload.ts";

/**
 * What the cluster is, and was: in come changes of Kubernetes objects, from files or from the API; out comes who
 * had an address at a moment, and what workloads, Services and policies there are. Only who had which address is
 * remembered of what has gone, within bounds.
 */
export class ClusterState {
  readonly #indexes: ClusterIndexes;
  readonly #reading = new Reading();

  constructor(settings: Partial<HistorySettings> = {}, given: GivenRanges = noGivenRanges) {
    this.#indexes = new ClusterIndexes({ ...defaultHistorySettings, ...settings }, given);
  }

  /** Takes changes in the order in which they came. Pods that have gone ended at the latest at `nowUs`. */
  apply(changes: Iterable<ClusterChange>, nowUs: number): void {
    for (const change of changes) this.#indexes.apply(change, nowUs);
    this.#indexes.forgetOld(nowUs);
  }

  /** Takes a whole state, by what has changed since the one before it; not to be mixed with `apply`. */
  replace(objects: Iterable<KubernetesObject>, nowUs: number): void {
    this.apply(this.#reading.next(objects), nowUs);
  }

  /** Who had this address then; `timeUs` in microseconds since 1970. */
  identify(ip: string, timeUs: number): Identity {
    return identifyAddress(this.#indexes, ip, timeUs);
  }

  /** Names both ends of a connection as of its start. */
  identifyConnection(connection: Connection): Flow {
    return identifyConnection(this.#indexes, connection);
  }

  /** The pods that are there now and have not finished. */
  pods(): readonly Pod[] {
    return this.#indexes.roll.living;
  }

  /** How many those are, without making a list of them. */
  get podCount(): number {
    return this.#indexes.roll.livingCount;
  }

  /** Those of them that are this workload's. */
  podsOf(ref: WorkloadRef): readonly Pod[] {
    return this.#indexes.workloads.podsOf(ref);
  }

  workloadOf(pod: Pod): WorkloadRef {
    return this.#indexes.workloads.refOf(pod);
  }

  workload(ref: WorkloadRef): Workload | undefined {
    return this.#indexes.workloads.get(ref);
  }

  workloads(namespace?: string): readonly Workload[] {
    return this.#indexes.workloads.list(namespace, this.#indexes.roll.all());
  }

  /** The kind in any case, as paths have it: `deployment`, `rollout`, `rollout.argoproj.io`. */
  findWorkload(namespace: string, kindInPath: string, name: string): Workload | undefined {
    return this.#indexes.workloads.find(namespace, kindInPath, name);
  }

  /** Names of the nodes that there are; none where they may not be read. */
  nodeNames(): readonly string[] {
    return this.#indexes.objects.Node.all.map(({ metadata }) => metadata.name);
  }

  namespaces(): readonly Namespace[] {
    return this.#indexes.objects.Namespace.all;
  }

  /** Always with `kubernetes.io/metadata.name`; without others where the Namespace is not known. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> {
    return namespaceLabels(namespace, this.#indexes.objects.Namespace.named("", namespace));
  }

  networkPolicies(): readonly NetworkPolicyObject[] {
    return this.#indexes.objects.NetworkPolicy.all;
  }

  /** Whether it is known where pods get their addresses from, so that other private addresses are outside. */
  get arePodRangesKnown(): boolean {
    return this.#indexes.ranges.arePodsKnown(this.#indexes.roll.all());
  }

  services(): readonly Service[] {
    return this.#indexes.objects.Service.all;
  }

  /**
   * Every address that the cluster uses itself, as of now: of pods, nodes, Services and what is behind them, and the
   * first of each range that it hands out, without which no network can hold the range.
   */
  *ownAddresses(): Generator<string> {
    const { Node: nodes, Service: services, EndpointSlice: slices } = this.#indexes.objects;
    for (const { ips, hostIps } of this.pods()) yield* [...ips, ...hostIps];
    for (const { addresses } of nodes.all) yield* addresses;
    for (const { clusterIps, externalIps, loadBalancerIps } of services.all)
      yield* [...clusterIps, ...externalIps, ...loadBalancerIps];
    for (const { podAddresses, otherAddresses } of slices.all)
      yield* [...addressesIn(podAddresses), ...addressesIn(otherAddresses)];
    yield* this.#indexes.ranges.firstAddresses();
  }

  /** Past holdings of addresses that were dropped for age or want of room. */
  get forgotten(): number {
    return this.#indexes.pods.forgotten + this.#indexes.hosts.forgotten;
  }
}
