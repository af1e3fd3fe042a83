import { AddressHistory } from "./address/address-history.ts";
import type { Held } from "./address/held.ts";
import type { HistorySettings } from "./address/history-settings.ts";
import { podKey, podLife } from "./address/pod-life.ts";
import type { PodIdentity } from "./identity.ts";
import type { Pod } from "./objects.ts";
import type { WorkloadIndex } from "./workload/workload-index.ts";

/** Who a pod was when somebody asked. */
interface NamedPod {
  readonly pod: Pod;
  identity: PodIdentity;
  /** The owners' version for which that is so, and how many of the pod's owners were known then. */
  version: number;
  links: number;
  /** It has gone: what becomes known of its owners still counts, and what is forgotten of them does not. */
  isGone: boolean;
}

/** A pod that has or had addresses. A node asks for few of a large cluster's, so that most stay as they were told. */
type PodHolder = Pod | NamedPod;

/** The pods' addresses over time. A pod on its node's network has the node's address, which is nobody's own. */
export class PodAddresses {
  readonly #workloads: WorkloadIndex;
  readonly #history: AddressHistory<PodHolder>;

  constructor(workloads: WorkloadIndex, settings: HistorySettings) {
    this.#workloads = workloads;
    this.#history = new AddressHistory(settings);
  }

  get forgotten(): number {
    return this.#history.forgotten;
  }

  put(pod: Pod, former: Pod | undefined, nowUs: number): void {
    const formerIps = former === undefined ? [] : ownIps(former);
    this.#history.hold({ key: podKey(pod), ips: ownIps(pod), life: podLife(pod), value: pod }, nowUs, formerIps);
  }

  /** It has gone, and had its addresses until `untilUs` at the latest. To be called while its owners are known. */
  release(pod: Pod, untilUs: number, nowUs: number): void {
    const ips = ownIps(pod);
    for (const ip of ips) this.#keep(ip, pod);
    this.#history.release(podKey(pod), ips, untilUs, nowUs);
  }

  /** Between these times pods may have come and gone unseen. */
  addGap(sinceUs: number, untilUs: number): void {
    this.#history.addGap({ sinceUs, untilUs });
  }

  /** The pod that alone had the address, and had it then; undefined where `at` has more to say. */
  onlyHolderAt(ip: string, timeUs: number): PodIdentity | undefined {
    const holder = this.#history.onlyHolderAt(ip, timeUs);
    return holder === undefined ? undefined : this.#identityOf(holder);
  }

  at(ip: string, timeUs: number): Held<PodIdentity> {
    const held = this.#history.at(ip, timeUs);
    switch (held.kind) {
      case "never":
        return held;
      case "ambiguous":
        return { kind: "ambiguous", by: held.by.map((holder) => this.#identityOf(holder)) };
      case "held":
        return { kind: "held", by: this.#identityOf(held.by) };
      case "doubtful":
      case "earlier":
      case "later":
        return { ...held, by: this.#identityOf(held.by) };
    }
  }

  forgetOld(nowUs: number): void {
    this.#history.forgetOld(nowUs);
  }

  #keep(ip: string, pod: Pod): void {
    const holder = this.#history.valueOf(ip, podKey(pod));
    if (holder !== undefined) this.#named(holder).isGone = true;
  }

  #identityOf(holder: PodHolder): PodIdentity {
    const isNamed = "identity" in holder && holder.version === this.#workloads.version;
    return isNamed ? holder.identity : this.#named(holder).identity;
  }

  /** With the name that it has by now. */
  #named(holder: PodHolder): NamedPod {
    if (!("identity" in holder)) return this.#firstNamed(holder);
    const { version } = this.#workloads;
    if (holder.version === version) return holder;
    holder.version = version;
    const links = this.#workloads.linksOf(holder.pod);
    if (holder.isGone && links <= holder.links) return holder;
    holder.links = links;
    holder.identity = this.#workloads.identityOf(holder.pod);
    return holder;
  }

  #firstNamed(pod: Pod): NamedPod {
    const { version } = this.#workloads;
    const identity = this.#workloads.identityOf(pod);
    const named = { pod, identity, version, links: this.#workloads.linksOf(pod), isGone: false };
    for (const ip of ownIps(pod)) this.#history.setValue(ip, podKey(pod), named);
    return named;
  }
}

function ownIps({ hostNetwork, ips, hostIps }: Pod): readonly string[] {
  if (hostNetwork) return [];
  return ips.some((ip) => hostIps.includes(ip)) ? ips.filter((ip) => !hostIps.includes(ip)) : ips;
}
