import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import type { End } from "../evaluate/end.ts";
import { type CompiledPolicies, isSamePod } from "../evaluate/evaluate.ts";
import type { HeldBack } from "../learn/held-back.ts";
import { isFromOwnNode } from "../learn/judge-edge.ts";
import type { Cast, Representatives } from "./representatives.ts";
import type { LeftOutEdge, PassedEdge, ReviewedEdge } from "./review-shape.ts";
import { because, isAllowedBySide, type Question } from "../evaluate/verdict.ts";

/** What an edge is held against. */
export interface Court {
  readonly profile: Profile;
  readonly heldBack: ReadonlyMap<string, HeldBack>;
  readonly representatives: Representatives;
  /** The generated policy and nothing else. */
  readonly alone: CompiledPolicies;
  /** It among all policies that will stand in the cluster once it is applied. */
  readonly together: CompiledPolicies;
}

export type Proof =
  { readonly kind: "passed"; readonly entry: PassedEdge } | { readonly kind: "left out"; readonly entry: LeftOutEdge };

/**
 * An edge is passed if the generated policy lets it through by itself, and nothing that stands beside it, at
 * either end, stops it. Everything else is left out, with the reason.
 */
export function proveEdge(edge: Edge, court: Court): Proof {
  const { alone, together } = court;
  const questions = questionsOf(edge, court, "real");
  const isOwn = questions.every((question) => passesAlone(edge, question, alone));
  const refused = questions.find((question) => !together.isAllowed(question));
  if (isOwn && refused === undefined) {
    const [first] = questions;
    const by = first === undefined ? [] : because(together.decide(first), first);
    return { kind: "passed", entry: { edge: reviewed(edge), by } };
  }
  const { code, reason } = whyLeftOut(edge, court, refused);
  const allowedAnyway = refused === undefined ? because(together.decide(questions[0]!), questions[0]!) : [];
  return { kind: "left out", entry: { edge: reviewed(edge), code, reason, allowedAnyway } };
}

/** Rules of the generated policy without which this edge, on some pod and at the end that it stands at, is refused. */
export function rulesNeeded(edge: Edge, court: Court): readonly string[] {
  const sides = questionsOf(edge, court, "all").flatMap((question) => [
    court.alone.decideSide("ingress", question),
    court.alone.decideSide("egress", question),
  ]);
  return sides.flatMap((side) => (side.kind === "allowed" && side.rules.length === 1 ? side.rules : []));
}

/** Only the own end is asked: the other one may be let through by a policy of its own. */
function passesAlone({ direction }: Edge, question: Question, alone: CompiledPolicies): boolean {
  return isSamePod(question) || isAllowedBySide(alone.decideSide(direction, question));
}

function whyLeftOut(edge: Edge, court: Court, refused: Question | undefined): { code: string; reason: string } {
  const held = court.heldBack.get(edgeKey(edge));
  if (held !== undefined) return { code: held.code, reason: held.reason };
  if (refused === undefined) return { code: "refused", reason: "the generated policy does not let it through" };
  const isOwnSide = !isAllowedBySide(court.together.decideSide(edge.direction, refused));
  const reason = because(court.together.decide(refused), refused).join("; ");
  return { code: isOwnSide ? "refused-by-existing" : "refused-at-other-end", reason };
}

/** What an edge asks of policies, for every pair of pods that stand for its two ends. */
export function questionsOf(
  edge: Edge,
  { profile, representatives }: Pick<Court, "profile" | "representatives">,
  which: keyof Cast,
): readonly Question[] {
  const own = representatives.of(profile.workload)[which].map((end) => placed(end, edge));
  const peers = representatives.ofPeer(edge)[which];
  const { direction, port, protocol } = edge;
  return own.flatMap((end) =>
    peers.map((standIn) => {
      const peer = standIn === end ? sibling(standIn, profile) : standIn;
      return direction === "egress" ? { from: end, to: peer, port, protocol } : { from: peer, to: end, port, protocol };
    }),
  );
}

/** Of a workload that talks to itself one pod stands for two; a bare pod has no second one. */
function sibling(end: End, { workload }: Profile): End {
  return end.kind === "pod" && workload.kind !== "Pod" ? { ...end, name: `another pod like ${end.name}` } : end;
}

/** For a node as client it matters where the pod runs: on that node, or where the edge was seen from another. */
function placed(end: End, edge: Edge): End {
  if (edge.direction !== "ingress" || edge.peer.type !== "host") return end;
  const { name } = edge.peer;
  return { ...end, node: isFromOwnNode(edge) ? name : edge.nodes.find((node) => node !== name) };
}

function reviewed(edge: Edge): ReviewedEdge {
  const { direction, peer, protocol, port, connections, firstSeen, lastSeen } = edge;
  return { id: edgeKey(edge), direction, peer: peerShape(peer), protocol, port, connections, firstSeen, lastSeen };
}

function peerShape(peer: Edge["peer"]): ReviewedEdge["peer"] {
  if (peer.type !== "external") return peer;
  const { names, claimedNames, ...rest } = peer;
  return {
    ...rest,
    ...(names === undefined ? {} : { names: [...names] }),
    ...(claimedNames === undefined ? {} : { claimedNames: [...claimedNames] }),
  };
}
