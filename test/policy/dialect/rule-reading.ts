import type { Rule, RuleBlock, RulePeer } from "../../../src/policy/rule.ts";
import { addressOf, type Ground, isSelected, isWithin, podOf } from "./ground.ts";
import type { World } from "./random-worlds.ts";

/** The neutral rules of a policy read for one question: what the stated differences of a dialect are told by. */

/** Blocks of the rules for this direction and port, whoever the other end is. */
export function blocksFor({ said }: World, ground: Ground): readonly RuleBlock[] {
  return rulesFor(said.rules, ground).flatMap(({ peers }) => peers.filter((peer) => peer.kind === "block"));
}

/** Those of them that hold the other end's address. */
export function blocksHolding(world: World, ground: Ground): readonly RuleBlock[] {
  return blocksFor(world, ground).filter(({ cidr }) => isWithin(cidr, addressOf(ground)));
}

/** Whether a rule lets it through by what it is, not by its address. */
export function isNamedByRule({ said }: World, ground: Ground): boolean {
  return rulesFor(said.rules, ground).some(({ peers }) =>
    peers.some((peer) => holds(peer, ground, said.head.namespace)),
  );
}

function rulesFor(rules: readonly Rule[], { direction, port: asked, protocol }: Ground): readonly Rule[] {
  const own = rules.filter((rule) => rule.direction === direction);
  return own.filter(
    ({ ports }) =>
      ports.length === 0 ||
      ports.some((one) => one.protocol === protocol && one.port <= asked && asked <= (one.endPort ?? one.port)),
  );
}

function holds(peer: RulePeer, ground: Ground, namespace: string): boolean {
  const pod = podOf(ground);
  switch (peer.kind) {
    case "everyone":
      return true;
    case "block":
      return false;
    case "namespace":
      return pod?.namespace === namespace;
    case "pods":
      return pod !== undefined && pod.namespace === peer.namespace && isSelected(peer.selector, pod.labels);
  }
}
