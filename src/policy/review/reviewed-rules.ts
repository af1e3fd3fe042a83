import { toApiPeer, toApiPort } from "../api-peer.ts";
import type { NetworkPolicy } from "../network-policy.ts";
import { openingText } from "./openings.ts";
import type { ReviewedRule } from "./review-shape.ts";
import type { Rule } from "../rule.ts";

/** Each rule of the policy: where it comes from, what it opens, and whether it is among those that an edge needs. */
export function reviewRules(
  { metadata }: NetworkPolicy,
  rules: readonly Rule[],
  needed: ReadonlySet<string>,
): ReviewedRule[] {
  const policy = `${metadata.namespace}/${metadata.name}`;
  return (["ingress", "egress"] as const).flatMap((direction) =>
    rules
      .filter((rule) => rule.direction === direction)
      .map((rule, index) => {
        const name = `${policy}: ${direction}[${index}]`;
        const openings = openingTexts(rule, metadata.namespace);
        return { name, origin: rule.origin, needed: needed.has(name), openings, edges: [...rule.edges] };
      }),
  );
}

function openingTexts({ direction, peers, ports }: Rule, namespace: string): string[] {
  const numbers = ports.length === 0 ? [undefined] : ports.map(toApiPort);
  return peers.flatMap((peer) =>
    numbers.map((port) => openingText(direction, { peer: toApiPeer(peer, namespace), port })),
  );
}
