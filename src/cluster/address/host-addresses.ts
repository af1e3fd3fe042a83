import type { HostIdentity } from "../identity.ts";
import type { Index } from "../named-objects.ts";
import type { Node, Pod } from "../objects.ts";
import { AddressHistory } from "./address-history.ts";
import type { Held } from "./held.ts";
import type { HistorySettings } from "./history-settings.ts";
import type { PodLife } from "./pod-life.ts";

/** A node's addresses hold for as long as it is told of: it was there before it was registered. */
const ALWAYS: PodLife = {
  fromUs: -Infinity,
  surelyFromUs: -Infinity,
  untilUs: Infinity,
  surelyUntilUs: Infinity,
  isStaying: true,
};

interface Told {
  /** By a Node itself. */
  node: Node | undefined;
  /** By pods on it, where Nodes can't be read. */
  podsNode: string | undefined;
  pods: number;
}

/** The nodes' own addresses, each for as long as a Node or a pod on it tells it. */
export class HostAddresses {
  readonly #history: AddressHistory<HostIdentity>;
  readonly #told = new Map<string, Told>();

  constructor(settings: HistorySettings) {
    this.#history = new AddressHistory(settings);
  }

  get forgotten(): number {
    return this.#history.forgotten;
  }

  at(ip: string, timeUs: number): Held<HostIdentity> {
    return this.#history.at(ip, timeUs);
  }

  readonly ofNodes: Index<Node> = {
    put: (node, nowUs) => {
      for (const ip of node.addresses) {
        const told = this.#toldOf(ip);
        told.node = node;
        this.#tell(ip, told, nowUs);
      }
    },
    take: (node, nowUs) => {
      for (const ip of node.addresses) {
        const told = this.#toldOf(ip);
        if (told.node !== node) continue;
        told.node = undefined;
        this.#tell(ip, told, nowUs);
      }
    },
  };

  putPod(pod: Pod, nowUs: number): void {
    for (const ip of hostIpsOf(pod)) {
      const told = this.#toldOf(ip);
      told.pods += 1;
      // All pods of a node say the same: only what is new costs more than counting.
      if (told.pods > 1 && told.podsNode === pod.nodeName) continue;
      told.podsNode = pod.nodeName;
      this.#tell(ip, told, nowUs);
    }
  }

  takePod(pod: Pod, nowUs: number): void {
    for (const ip of hostIpsOf(pod)) {
      const told = this.#toldOf(ip);
      told.pods -= 1;
      if (told.pods === 0) this.#tell(ip, told, nowUs);
    }
  }

  forgetOld(nowUs: number): void {
    this.#history.forgetOld(nowUs);
  }

  #toldOf(ip: string): Told {
    return this.#told.get(ip) ?? { node: undefined, podsNode: undefined, pods: 0 };
  }

  #tell(ip: string, told: Told, nowUs: number): void {
    if (told.node === undefined && told.pods === 0) {
      this.#told.delete(ip);
      this.#history.release(ip, [ip], nowUs);
      return;
    }
    this.#told.set(ip, told);
    const value: HostIdentity = { kind: "host", node: told.node?.metadata.name ?? told.podsNode };
    this.#history.hold({ key: ip, ips: [ip], life: ALWAYS, value }, nowUs);
  }
}

/** Each address once: a host-network pod's own are its node's. */
function hostIpsOf({ hostNetwork, hostIps, ips }: Pod): Iterable<string> {
  return hostNetwork ? new Set([...hostIps, ...ips]) : hostIps;
}
