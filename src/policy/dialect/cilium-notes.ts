import type { PolicyHead } from "../network-policy.ts";
import { isEveryAddress, type Rule, type RuleBlock } from "../rule.ts";
import { labelsLeftOut } from "./cilium-labels.ts";
import { entitiesOf, isNameable, isNetwork } from "./cilium-peers.ts";

/** How outside destinations that have names are written. */
export interface Naming {
  /** Whether one goes by its names. */
  readonly usesNames: boolean;
  /** Whether DNS has rules of its own, so that all of it passes Cilium's proxy. */
  readonly hasDns: boolean;
}

/** What a CiliumNetworkPolicy says otherwise than the NetworkPolicy does. */
export function notesOn(head: PolicyHead, rules: readonly Rule[], { usesNames, hasDns }: Naming): readonly string[] {
  const all = rules.flatMap((rule) => blocksOf(rule).map((block) => ({ rule, block })));
  const isOpen = all.some(({ rule, block }) => isEntityAll(rule, block));
  const written = all.filter(({ rule, block }) => !isEntityAll(rule, block));
  const entities = new Set(written.flatMap(({ block }) => entitiesOf(block)));
  const nameable = written.filter(({ rule, block }) => isNameable(rule, block));
  const networks = written.filter((one) => isNetwork(one.block) && !(hasDns && nameable.includes(one)));
  const isUnnamed = !hasDns && nameable.length > 0;
  const ignored = ignoredLabels(head, rules);
  return [
    ...(usesNames ? [BY_NAME, PAST_THE_PROXY] : []),
    ...(isUnnamed ? ["no rule is for DNS alone, without which names can't be used: addresses are written"] : []),
    ...(entities.size > 0
      ? [`nodes and the API server are entities (${[...entities].join(", ")}): each means all of its kind`]
      : []),
    ...(networks.length > 0 ? ["a network holds neither pods nor nodes here, whatever addresses lie in it"] : []),
    ...(isOpen ? ["every address coming in is the entity all: pods and nodes too, whichever family they speak"] : []),
    ...(ignored.length > 0
      ? [`Cilium tells no pods apart by ${ignored.join(", ")} unless its own settings add that label`]
      : []),
  ];
}

const BY_NAME =
  "outside destinations go by name: whatever address DNS answers give for it, and none before these pods asked " +
  "through Cilium's proxy, which all their DNS passes";

const PAST_THE_PROXY =
  "another policy that lets these pods ask DNS past that proxy leaves the names unknown, and refuses what goes by them";

function blocksOf({ peers }: Rule): readonly RuleBlock[] {
  return peers.filter((peer) => peer.kind === "block");
}

function isEntityAll({ direction }: Rule, block: RuleBlock): boolean {
  return direction === "ingress" && isEveryAddress(block);
}

function ignoredLabels({ podSelector }: PolicyHead, rules: readonly Rule[]): readonly string[] {
  const peers = rules.flatMap((rule) => rule.peers.flatMap((peer) => (peer.kind === "pods" ? [peer.selector] : [])));
  return [...new Set([podSelector, ...peers].flatMap(labelsLeftOut))].sort();
}
