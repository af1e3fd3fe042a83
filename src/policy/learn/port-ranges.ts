import type { TransportProtocol } from "../../flow/connection.ts";
import { compareText } from "../selector.ts";
import type { RulePort } from "../rule.ts";

/**
 * Ports of one peer, sorted, at most `limit` entries for each protocol. Past the limit the ports that lie
 * nearest to each other are drawn together into ranges, which lets through the ports between as well.
 */
export function toRulePorts(ports: Iterable<RulePort>, limit: number): RulePort[] {
  const byProtocol = Map.groupBy(ports, ({ protocol }) => protocol);
  return [...byProtocol.entries()]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([protocol, own]) => drawTogether(protocol, own, limit));
}

/** How many ports a list of ports lets through. */
export function countPorts(ports: readonly RulePort[]): number {
  return ports.reduce((sum, { port, endPort = port }) => sum + endPort - port + 1, 0);
}

function drawTogether(protocol: TransportProtocol, ports: readonly RulePort[], limit: number): RulePort[] {
  const ranges = disjoint(ports);
  const gaps = ranges.slice(1).map((range, index) => range.first - ranges[index]!.last);
  const closed = new Set(
    [...gaps.keys()].sort((a, b) => gaps[a]! - gaps[b]! || a - b).slice(0, Math.max(ranges.length - limit, 0)),
  );
  const drawn: { first: number; last: number }[] = [];
  for (const [index, range] of ranges.entries()) {
    if (index > 0 && closed.has(index - 1)) drawn.at(-1)!.last = range.last;
    else drawn.push({ ...range });
  }
  return drawn.map(({ first, last }) => toRulePort(protocol, first, last));
}

/** Sorted; what overlaps is one, what merely touches stays apart. */
function disjoint(ports: readonly RulePort[]): { first: number; last: number }[] {
  const ranges: { first: number; last: number }[] = [];
  for (const { port: first, endPort: last = first } of [...ports].sort((a, b) => a.port - b.port)) {
    const previous = ranges.at(-1);
    if (previous !== undefined && first <= previous.last) previous.last = Math.max(previous.last, last);
    else ranges.push({ first, last });
  }
  return ranges;
}

function toRulePort(protocol: TransportProtocol, port: number, endPort: number): RulePort {
  return port === endPort ? { protocol, port } : { protocol, port, endPort };
}
