import { toApiPeer, toApiPort } from "../api-peer.ts";
import { parseCidr, widthOf } from "../cidr.ts";
import { covers } from "../covers.ts";
import { toRulePorts } from "./port-ranges.ts";
import type { Grant, Rule, RuleBlock, RulePeer, RulePort } from "../rule.ts";
import { originOrder, peerOrder, portOrder, sortedBy } from "./rule-order.ts";
import { compareText } from "../selector.ts";

/**
 * Grants in any order -> the fewest rules that say the same, in one order: ports grouped by peer, peers with
 * the same ports grouped in one rule, and no learned grant that another one covers.
 */
export function groupGrants(grants: readonly Grant[], namespace: string, maxPorts: number): readonly Rule[] {
  const ranged = intoRanges(mergeEqual(grants), maxPorts);
  return toRules(withoutCovered(ranged, namespace));
}

/** One grant for each peer and port; what an option asks for is not learned as well. */
function mergeEqual(grants: readonly Grant[]): readonly Grant[] {
  const equal = Map.groupBy(grants, ({ direction, peer, port }) =>
    [direction, portOrder(port), peerOrder(peer)].join("|"),
  );
  return [...equal.values()].map((same) => {
    const [first, ...more] = [...same].sort((a, b) => compareText(originOrder(b.origin), originOrder(a.origin)));
    return { ...first!, peer: mergePeers(first!.peer, more), edges: sortedUnion(same.flatMap(({ edges }) => edges)) };
  });
}

function mergePeers(first: RulePeer, more: readonly Grant[]): RulePeer {
  const peers = [first, ...more.map(({ peer }) => peer)];
  if (first.kind === "block") return mergeBlocks(peers.filter((peer) => peer.kind === "block"));
  if (first.kind !== "pods") return first;
  const byName = new Map(
    peers
      .flatMap((peer) => (peer.kind === "pods" ? peer.workloads : []))
      .map((ref) => [`${ref.kind}/${ref.name}`, ref] as const)
      .sort(([a], [b]) => compareText(a, b)),
  );
  return { ...first, workloads: [...byName.values()] };
}

/** What holds of each of them holds of all. */
function mergeBlocks(blocks: readonly RuleBlock[]): RuleBlock {
  const { kind, cidr, holder } = blocks[0]!;
  const isNamed = blocks.every(({ names }) => names !== undefined);
  return {
    kind,
    cidr,
    notes: sortedUnion(blocks.flatMap(({ notes }) => notes)),
    ...(holder !== undefined && blocks.every((other) => other.holder === holder) && { holder }),
    ...(isNamed && { names: sortedUnion(blocks.flatMap(({ names = [] }) => names)) }),
  };
}

function intoRanges(grants: readonly Grant[], maxPorts: number): readonly Grant[] {
  const byPeer = Map.groupBy(grants, ({ direction, origin, peer }) => [direction, origin, peerOrder(peer)].join("|"));
  return [...byPeer.values()].flatMap((own) => (own[0]!.origin === "learned" ? rangesOf(own, maxPorts) : own));
}

/** Learned grants of one peer; a range speaks for all the edges whose port lies in it. */
function rangesOf(grants: readonly Grant[], maxPorts: number): readonly Grant[] {
  const peer = mergePeers(grants[0]!.peer, grants.slice(1));
  const ports = toRulePorts(
    grants.flatMap(({ port }) => port ?? []),
    maxPorts,
  );
  return ports.map((range) => {
    const within = grants.filter(({ port }) => port !== undefined && isWithin(port, range));
    return { ...grants[0]!, peer, port: range, edges: sortedUnion(within.flatMap(({ edges }) => edges)) };
  });
}

function isWithin(port: RulePort, { protocol, port: first, endPort: last = first }: RulePort): boolean {
  return port.protocol === protocol && first <= port.port && (port.endPort ?? port.port) <= last;
}

/** Grants that people asked for stay, covered or not; of two that cover each other the first in order stays. */
function withoutCovered(grants: readonly Grant[], namespace: string): readonly Grant[] {
  const all = grants.map((grant) => ({ grant, opening: toOpening(grant, namespace) }));
  const wide = all.filter(({ grant }) => isWide(grant));
  return all
    .filter(({ grant, opening }) => {
      if (grant.origin === "option") return true;
      return !wide.some(
        (other) =>
          other.grant !== grant &&
          other.grant.direction === grant.direction &&
          covers(other.opening, opening, namespace) &&
          (!covers(opening, other.opening, namespace) || isBefore(other.grant, grant)),
      );
    })
    .map(({ grant }) => grant);
}

function toOpening({ peer, port }: Grant, namespace: string) {
  return { peer: toApiPeer(peer, namespace), port: port === undefined ? undefined : toApiPort(port) };
}

/** A single address on a single port covers nothing but itself: with thousands of those this keeps it quick. */
function isWide({ peer, port }: Grant): boolean {
  if (peer.kind !== "block" || port === undefined || port.endPort !== undefined) return true;
  const cidr = parseCidr(peer.cidr);
  return cidr !== undefined && cidr.prefixLength < widthOf(cidr.family);
}

function isBefore(a: Grant, b: Grant): boolean {
  const byOrigin = compareText(originOrder(b.origin), originOrder(a.origin));
  return (byOrigin === 0 ? compareText(peerOrder(a.peer), peerOrder(b.peer)) : byOrigin) < 0;
}

function toRules(grants: readonly Grant[]): readonly Rule[] {
  const byPeer = Map.groupBy(grants, ({ direction, origin, peer }) => [direction, origin, peerOrder(peer)].join("|"));
  const entries = [...byPeer.values()].map(toEntry);
  const byPorts = Map.groupBy(entries, ({ direction, origin, ports }) =>
    [direction, originOrder(origin), ...ports.map(portOrder)].join("|"),
  );
  const rules = [...byPorts.values()].map(toRule);
  return sortedBy(rules, ruleOrder);
}

interface Entry extends Omit<Rule, "peers"> {
  readonly peer: RulePeer;
}

/** One peer with all its ports; all of them where a single grant says so. */
function toEntry(grants: readonly Grant[]): Entry {
  const { direction, origin } = grants[0]!;
  const peer = mergePeers(grants[0]!.peer, grants.slice(1));
  const listed = sortedBy(
    grants.flatMap(({ port }) => port ?? []),
    portOrder,
  );
  const ports = grants.some(({ port }) => port === undefined) ? [] : listed;
  return { direction, origin, peer, ports, edges: grants.flatMap(({ edges }) => edges) };
}

function toRule(entries: readonly Entry[]): Rule {
  const { direction, origin, ports } = entries[0]!;
  const peers = sortedBy(
    entries.map(({ peer }) => peer),
    peerOrder,
  );
  return { direction, origin, peers, ports, edges: sortedUnion(entries.flatMap(({ edges }) => edges)) };
}

function ruleOrder({ direction, origin, peers, ports }: Rule): string {
  return [direction, originOrder(origin), peerOrder(peers[0]!), ...ports.map(portOrder)].join("|");
}

function sortedUnion(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareText);
}
