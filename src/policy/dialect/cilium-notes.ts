import type { PolicyHead } from "../network-policy.ts";
import { isEveryAddress, type Rule, type RuleBlock } from "../rule.ts";
import { labelsLeftOut } from "./cilium-labels.ts";
import { entitiesOf, fqdnsOf, isNetwork } from "./cilium-peers.ts";

/** How outside destinations that have names are written. */
export interface Naming {
  /** Whether one goes by its names. */
  readonly usesNames: boolean;
  /** Whether a rule lets through DNS alone, so that it can pass Cilium's proxy. */
  readonly hasDns: boolean;
}

/** What a CiliumNetworkPolicy says otherwise than the NetworkPolicy does. */
export function notesOn(head: PolicyHead, rules: readonly Rule[], { usesNames, hasDns }: Naming): readonly string[] {
  const [inward, outward] = [blocksOf(rules, "ingress"), blocksOf(rules, "egress")];
  const written = [...inward.filter((block) => !isEveryAddress(block)), ...outward];
  const entities = new Set(written.flatMap(entitiesOf));
  const networks = written.filter((block) => isNetwork(block) && (inward.includes(block) || !isNamed(block, hasDns)));
  const isUnnamed = !hasDns && outward.some((block) => fqdnsOf(block).length > 0);
  const ignored = ignoredLabels(head, rules);
  return [
    ...(usesNames ? [BY_NAME] : []),
    ...(isUnnamed ? ["no rule is for DNS alone, and without it names can't be used: addresses are written"] : []),
    ...(entities.size > 0
      ? [`nodes and the API server are entities (${[...entities].join(", ")}): each means all of its kind`]
      : []),
    ...(networks.length > 0 ? ["a network holds neither pods nor nodes here, whatever addresses lie in it"] : []),
    ...(inward.some(isEveryAddress)
      ? ["every address coming in is the entity all: pods and nodes too, whichever family they speak"]
      : []),
    ...(ignored.length > 0
      ? [`Cilium tells no pods apart by ${ignored.join(", ")} unless its own settings add that label`]
      : []),
  ];
}

const BY_NAME =
  "outside destinations go by name: whatever address DNS answers give for it, and none before these pods asked " +
  "through Cilium's proxy, which all their DNS passes";

function isNamed(block: RuleBlock, hasDns: boolean): boolean {
  return hasDns && fqdnsOf(block).length > 0;
}

function blocksOf(rules: readonly Rule[], wanted: Rule["direction"]): readonly RuleBlock[] {
  const own = rules.filter(({ direction }) => direction === wanted);
  return own.flatMap(({ peers }) => peers.filter((peer) => peer.kind === "block"));
}

function ignoredLabels({ podSelector }: PolicyHead, rules: readonly Rule[]): readonly string[] {
  const peers = rules.flatMap((rule) => rule.peers.flatMap((peer) => (peer.kind === "pods" ? [peer.selector] : [])));
  return [...new Set([podSelector, ...peers].flatMap(labelsLeftOut))].sort();
}
