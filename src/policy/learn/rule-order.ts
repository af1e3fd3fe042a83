import { cidrSortKey, parseCidr } from "../cidr.ts";
import type { Origin, RulePeer, RulePort } from "../rule.ts";
import { compareText } from "../selector.ts";

/**
 * Keys under which peers and ports are equal, and in whose order they are written: pods before addresses,
 * addresses by number. By code units, so that the same profile gives the same bytes everywhere.
 */
export function peerOrder(peer: RulePeer): string {
  switch (peer.kind) {
    case "namespace":
      return "0";
    case "pods":
      return `1${peer.namespace}/${JSON.stringify(peer.selector)}`;
    case "block": {
      const cidr = parseCidr(peer.cidr);
      return `2${cidr === undefined ? peer.cidr : cidrSortKey(cidr)}`;
    }
    case "everyone":
      return "3";
  }
}

export function portOrder(port: RulePort | undefined): string {
  if (port === undefined) return "";
  return `${port.protocol} ${padded(port.port)} ${padded(port.endPort ?? port.port)}`;
}

/** What traffic showed is read first; what was asked for is known anyway. */
export function originOrder(origin: Origin): string {
  return { learned: "0", dns: "1", option: "2" }[origin];
}

/** In the order of their keys, each of which is made once. */
export function sortedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  return keyed.sort((a, b) => compareText(a.key, b.key)).map(({ item }) => item);
}

function padded(port: number): string {
  return String(port).padStart(5, "0");
}
