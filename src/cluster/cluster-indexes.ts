import type { HistorySettings } from "./address/history-settings.ts";
import { HostAddresses } from "./address/host-addresses.ts";
import type { ClusterChange, Identified } from "./cluster-change.ts";
import { ClusterRanges } from "./cluster-ranges.ts";
import type { GivenRanges } from "./given-ranges.ts";
import { NamedObjects } from "./named-objects.ts";
import { isSame } from "./object/is-same.ts";
import type {
  AddressSource,
  Controller,
  EndpointSlice,
  KubernetesObject,
  Namespace,
  NetworkPolicyObject,
  Node,
  Pod,
  Service,
  ServiceCidr,
} from "./objects.ts";
import { PodAddresses } from "./pod-addresses.ts";
import { PodRoll } from "./pod-roll.ts";
import { EndpointIndex } from "./service/endpoint-index.ts";
import { ServiceIndex } from "./service/service-index.ts";
import { WorkloadIndex } from "./workload/workload-index.ts";

/** What is known of the cluster, each thing where it is looked for. One change after the other goes in. */
export class ClusterIndexes {
  readonly workloads = new WorkloadIndex();
  readonly services = new ServiceIndex();
  readonly endpoints = new EndpointIndex();
  readonly ranges: ClusterRanges;
  readonly roll = new PodRoll();
  readonly pods: PodAddresses;
  readonly hosts: HostAddresses;

  /** All objects but pods, of which there are too many and sometimes two of a name. */
  readonly objects: { readonly [Type in Exclude<KubernetesObject["type"], "Pod">]: NamedObjects<OfType<Type>> };

  constructor(settings: HistorySettings, given: GivenRanges) {
    const ranges = new ClusterRanges(given);
    const { workloads, services, endpoints } = this;
    this.ranges = ranges;
    this.pods = new PodAddresses(workloads, settings);
    this.hosts = new HostAddresses(settings);
    this.objects = {
      Node: new NamedObjects<Node>(this.hosts.ofNodes, ranges.ofNodes),
      Service: new NamedObjects<Service>(services, ranges.ofServices),
      ServiceCIDR: new NamedObjects<ServiceCidr>(ranges.ofServiceCidrs),
      AddressSource: new NamedObjects<AddressSource>(ranges.ofAddressSources),
      EndpointSlice: new NamedObjects<EndpointSlice>(endpoints),
      Controller: new NamedObjects<Controller>(workloads.ofControllers),
      Namespace: new NamedObjects<Namespace>(),
      NetworkPolicy: new NamedObjects<NetworkPolicyObject>(),
    };
  }

  apply(change: ClusterChange, nowUs: number): void {
    switch (change.kind) {
      case "present":
        return this.#put(change.object, nowUs);
      case "gone":
        // The last word of a pod may tell when it ended.
        if (change.object.type === "Pod") this.#putPod(change.object, nowUs);
        return this.#take(change.object, nowUs, nowUs);
      case "vanished":
        return this.#take(change.object, change.seenUs, nowUs);
      case "missed pods":
        return this.pods.addGap(change.sinceUs, nowUs);
    }
  }

  forgetOld(nowUs: number): void {
    this.pods.forgetOld(nowUs);
    this.hosts.forgetOld(nowUs);
  }

  #put(object: KubernetesObject, nowUs: number): void {
    if (object.type === "Pod") return this.#putPod(object, nowUs);
    const objects: { put(object: KubernetesObject, nowUs: number): void } = this.objects[object.type];
    return objects.put(object, nowUs);
  }

  /** `untilUs`: until when it may have been there. */
  #take(object: Identified, untilUs: number, nowUs: number): void {
    if (object.type === "Pod") return this.#takePod(object, untilUs, nowUs);
    return this.objects[object.type].take(object, nowUs);
  }

  #putPod(pod: Pod, nowUs: number): void {
    const former = this.roll.former(pod);
    if (isSame(former, pod)) return;
    this.roll.put(pod, former);
    this.workloads.putPod(pod);
    this.ranges.putPod(pod);
    this.hosts.putPod(pod, nowUs);
    this.pods.put(pod, former, nowUs);
    if (former !== undefined) this.#leaveIndexes(former, nowUs);
  }

  #takePod(meant: Identified, untilUs: number, nowUs: number): void {
    const pod = this.roll.meant(meant);
    if (pod === undefined) return;
    this.roll.take(pod);
    this.pods.release(pod, untilUs, nowUs);
    this.#leaveIndexes(pod, nowUs);
  }

  #leaveIndexes(pod: Pod, nowUs: number): void {
    this.workloads.takePod(pod);
    this.ranges.takePod(pod);
    this.hosts.takePod(pod, nowUs);
  }
}

type OfType<Type extends KubernetesObject["type"]> = Extract<KubernetesObject, { readonly type: Type }>;
