import { toApiPeer, toApiPort } from "../api-peer.ts";
import { parseCidr, widthOf } from "../cidr.ts";
import { covers } from "../covers.ts";
import { toRulePorts } from "./port-ranges.ts";
import type { Grant, Rule, RuleBlock, RulePeer, RulePort } from "../rule.ts";
import { originOrder, peerOrder, portOrder, sortedBy } from "./rule-order.ts";
import { compareText } from "../selector.ts";

/** A grant, and the keys of its peer and port, which are made once: they are compared again and again. */
interface Keyed {
  readonly grant: Grant;
  readonly peerKey: string;
  readonly portKey: string;
}

/**
 * Grants in any order -> the fewest rules that say the same, in one order: ports grouped by peer, peers with
 * the same ports grouped in one rule, and no learned grant that another one covers.
 */
export function groupGrants(grants: readonly Grant[], namespace: string, maxPorts: number): readonly Rule[] {
  const keyed = grants.map((grant) => ({ grant, peerKey: peerOrder(grant.peer), portKey: portOrder(grant.port) }));
  const ranged = intoRanges(mergeEqual(keyed), maxPorts);
  return toRules(withoutCovered(ranged, namespace));
}

/** One grant for each peer and port; what an option asks for is not learned as well. */
function mergeEqual(grants: readonly Keyed[]): readonly Keyed[] {
  const equal = Map.groupBy(grants, ({ grant, peerKey, portKey }) => `${grant.direction}|${portKey}|${peerKey}`);
  return [...equal.values()].map((same) => {
    const [first, ...more] = same
      .map(({ grant }) => grant)
      .sort((a, b) => compareText(originOrder(b.origin), originOrder(a.origin)));
    const edges = sortedUnion(same.flatMap(({ grant }) => grant.edges));
    return { ...same[0]!, grant: { ...first!, peer: mergePeers(first!.peer, more), edges } };
  });
}

function mergePeers(first: RulePeer, more: readonly Grant[]): RulePeer {
  if (first.kind !== "block" && more.length === 0) return first;
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

function intoRanges(grants: readonly Keyed[], maxPorts: number): readonly Keyed[] {
  return byOriginAndPeer(grants).flatMap((own) =>
    own[0]!.grant.origin === "learned" && own.length > 1 ? rangesOf(own, maxPorts) : own,
  );
}

function byOriginAndPeer(grants: readonly Keyed[]): readonly (readonly Keyed[])[] {
  const groups = Map.groupBy(grants, ({ grant, peerKey }) => `${grant.direction}|${grant.origin}|${peerKey}`);
  return [...groups.values()];
}

/** Learned grants of one peer; a range speaks for all the edges whose port lies in it. */
function rangesOf(keyed: readonly Keyed[], maxPorts: number): readonly Keyed[] {
  const grants = keyed.map(({ grant }) => grant);
  const peer = mergePeers(grants[0]!.peer, grants.slice(1));
  const ports = toRulePorts(
    grants.flatMap(({ port }) => port ?? []),
    maxPorts,
  );
  return ports.map((range) => {
    const within = grants.filter(({ port }) => port !== undefined && isWithin(port, range));
    const edges = sortedUnion(within.flatMap((grant) => grant.edges));
    const grant = { ...grants[0]!, peer, port: range, edges };
    return { grant, peerKey: keyed[0]!.peerKey, portKey: portOrder(range) };
  });
}

function isWithin(port: RulePort, { protocol, port: first, endPort: last = first }: RulePort): boolean {
  return port.protocol === protocol && first <= port.port && (port.endPort ?? port.port) <= last;
}

/** Grants that people asked for stay, covered or not; of two that cover each other the first in order stays. */
function withoutCovered(grants: readonly Keyed[], namespace: string): readonly Keyed[] {
  const all = grants.map((keyed) => ({ ...keyed, opening: toOpening(keyed.grant, namespace) }));
  const wide = all.filter(({ grant }) => isWide(grant));
  return all.filter((own) => {
    if (own.grant.origin === "option") return true;
    return !wide.some(
      (other) =>
        other !== own &&
        other.grant.direction === own.grant.direction &&
        covers(other.opening, own.opening, namespace) &&
        (!covers(own.opening, other.opening, namespace) || isBefore(other, own)),
    );
  });
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

function isBefore(a: Keyed, b: Keyed): boolean {
  const byOrigin = compareText(originOrder(b.grant.origin), originOrder(a.grant.origin));
  return (byOrigin === 0 ? compareText(a.peerKey, b.peerKey) : byOrigin) < 0;
}

function toRules(grants: readonly Keyed[]): readonly Rule[] {
  const entries = byOriginAndPeer(grants).map(toEntry);
  const byPorts = Map.groupBy(entries, ({ direction, origin, portKeys }) =>
    [direction, originOrder(origin), ...portKeys].join("|"),
  );
  return sortedBy([...byPorts.values()].map(toRule), ({ order }) => order).map(({ rule }) => rule);
}

interface Entry extends Omit<Rule, "peers"> {
  readonly peer: RulePeer;
  readonly peerKey: string;
  readonly portKeys: readonly string[];
}

/** One peer with all its ports; all of them where a single grant says so. */
function toEntry(keyed: readonly Keyed[]): Entry {
  const grants = keyed.map(({ grant }) => grant);
  const { direction, origin } = grants[0]!;
  const peer = mergePeers(grants[0]!.peer, grants.slice(1));
  const isEveryPort = grants.some(({ port }) => port === undefined);
  const listed = isEveryPort ? [] : sortedBy(keyed, ({ portKey }) => portKey);
  const ports = listed.flatMap(({ grant: { port } }) => port ?? []);
  const portKeys = listed.map(({ portKey }) => portKey);
  const edges = grants.flatMap((grant) => grant.edges);
  return { direction, origin, peer, peerKey: keyed[0]!.peerKey, ports, portKeys, edges };
}

/** Peers with the same ports as one rule, and the key by which rules are in order. */
function toRule(entries: readonly Entry[]): { readonly rule: Rule; readonly order: string } {
  const sorted = sortedBy(entries, ({ peerKey }) => peerKey);
  const { direction, origin, ports, portKeys, peerKey } = sorted[0]!;
  const edges = sortedUnion(entries.flatMap((entry) => entry.edges));
  const rule = { direction, origin, peers: sorted.map(({ peer }) => peer), ports, edges };
  return { rule, order: [direction, originOrder(origin), peerKey, ...portKeys].join("|") };
}

function sortedUnion(texts: readonly string[]): readonly string[] {
  if (texts.length === 1) return texts;
  return [...new Set(texts)].sort(compareText);
}
