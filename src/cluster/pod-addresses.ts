import { AddressHistory, type Held, type HistorySettings } from "./address/address-history.ts";
import { podKey, podLife } from "./address/pod-life.ts";
import type { PodIdentity } from "./identity.ts";
import type { Pod } from "./objects.ts";
import type { WorkloadIndex } from "./workload/workload-index.ts";

/** A pod that has or had addresses, and who it was. */
interface PodHolder {
  readonly pod: Pod;
  identity: PodIdentity | undefined;
  /** The owners' version for which that is so. A pod that has gone stays what it was when it went. */
  version: number;
}

const FOR_GOOD = Infinity;

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
    const value: PodHolder = { pod, identity: undefined, version: -1 };
    const formerIps = former === undefined ? [] : ownIps(former);
    this.#history.hold({ key: podKey(pod), ips: ownIps(pod), life: podLife(pod), value }, nowUs, formerIps);
  }

  /** It has gone, and had its addresses until `untilUs` at the latest. To be called while its owners are known. */
  release(pod: Pod, untilUs: number, nowUs: number): void {
    const ips = ownIps(pod);
    for (const ip of ips) this.#freeze(ip, pod);
    this.#history.release(podKey(pod), ips, untilUs, nowUs);
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
      case "earlier":
      case "later":
        return { ...held, by: this.#identityOf(held.by) };
    }
  }

  forgetOld(nowUs: number): void {
    this.#history.forgetOld(nowUs);
  }

  #freeze(ip: string, pod: Pod): void {
    const holder = this.#history.valueOf(ip, podKey(pod));
    if (holder === undefined) return;
    this.#identityOf(holder);
    holder.version = FOR_GOOD;
  }

  #identityOf(holder: PodHolder): PodIdentity {
    const { version } = this.#workloads;
    if (holder.identity === undefined || holder.version < version) {
      holder.identity = this.#workloads.identityOf(holder.pod);
      holder.version = version;
    }
    return holder.identity;
  }
}

function ownIps({ hostNetwork, ips, hostIps }: Pod): readonly string[] {
  if (hostNetwork) return [];
  return ips.some((ip) => hostIps.includes(ip)) ? ips.filter((ip) => !hostIps.includes(ip)) : ips;
}
