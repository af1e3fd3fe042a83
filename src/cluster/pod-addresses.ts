import { AddressHistory, type Held, type HistorySettings } from "./address/address-history.ts";
import { podKey, podLife } from "./address/pod-life.ts";
import type { PodIdentity } from "./identity.ts";
import type { Pod } from "./objects.ts";
import type { WorkloadIndex } from "./workload/workload-index.ts";

/** Who a pod was when somebody asked. */
interface KnownIdentity {
  readonly identity: PodIdentity;
  /** The owners' version for which that is so, and how many of the pod's owners were known then. */
  readonly version: number;
  readonly links: number;
  /** It has gone: what becomes known of its owners still counts, and what is forgotten of them does not. */
  readonly isGone: boolean;
}

/** A pod that has or had addresses. A node asks for few of a large cluster's. */
interface PodHolder {
  readonly pod: Pod;
  known: KnownIdentity | undefined;
}

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
    const value: PodHolder = { pod, known: undefined };
    this.#history.hold({ key: podKey(pod), ips: ownIps(pod), life: podLife(pod), value }, nowUs, formerIps);
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
    if (holder !== undefined) this.#know(holder, true);
  }

  #identityOf(holder: PodHolder): PodIdentity {
    const { known } = holder;
    return known?.version === this.#workloads.version ? known.identity : this.#know(holder, known?.isGone ?? false);
  }

  #know(holder: PodHolder, isGone: boolean): PodIdentity {
    const { pod, known } = holder;
    const { version } = this.#workloads;
    const links = this.#workloads.linksOf(pod);
    const isKept = known !== undefined && (known.version === version || (known.isGone && links <= known.links));
    const identity = isKept ? known.identity : this.#workloads.identityOf(pod);
    holder.known = { identity, version, links: isKept ? Math.max(links, known.links) : links, isGone };
    return identity;
  }
}

function ownIps({ hostNetwork, ips, hostIps }: Pod): readonly string[] {
  if (hostNetwork) return [];
  return ips.some((ip) => hostIps.includes(ip)) ? ips.filter((ip) => !hostIps.includes(ip)) : ips;
}
