import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import type { End } from "../evaluate/end.ts";
import type { CompiledPolicies } from "../evaluate/evaluate.ts";
import type { HeldBack } from "../learn/held-back.ts";
import { isFromOwnNode } from "../learn/judge-edge.ts";
import type { Representatives } from "./representatives.ts";
import type { LeftOutEdge, PassedEdge, ReviewedEdge } from "./review-shape.ts";
import { because, isAllowedBySide, type Question, type Verdict } from "../evaluate/verdict.ts";

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

export type Proof = (
  { readonly kind: "passed"; readonly entry: PassedEdge } | { readonly kind: "left out"; readonly entry: LeftOutEdge }
) & {
  /** Rules of the generated policy without which this edge, on some pod and at the end that it stands at, is refused. */
  readonly needs: readonly string[];
};

/** A question, and what the generated policy says of it by itself. */
interface Heard {
  readonly question: Question;
  readonly alone: Verdict;
  /** Both ends are pods of the cluster, or what stands for them where there are none. */
  readonly isReal: boolean;
}

/**
 * An edge is passed if the generated policy lets it through by itself, and nothing that stands beside it, at
 * either end, stops it. Everything else is left out, with the reason.
 */
export function proveEdge(edge: Edge, court: Court): Proof {
  const heard = questionsOf(edge, court).map((asked) => ({ ...asked, alone: court.alone.decide(asked.question) }));
  const needs = heard.flatMap(({ alone }) => onlyRules(alone));
  const real = heard.filter(({ isReal }) => isReal);
  const first = real[0]!;
  const verdict = court.together.decide(first.question);
  const refused = verdict.allowed ? firstRefused(real.slice(1), court) : first.question;
  const by = because(verdict, first.question);
  if (refused === undefined && real.every(({ alone }) => passesOwnEnd(edge, alone)))
    return { kind: "passed", entry: { edge: reviewed(edge), by }, needs };
  const { code, reason } = whyLeftOut(edge, court, refused);
  const allowedAnyway = refused === undefined ? by : [];
  return { kind: "left out", entry: { edge: reviewed(edge), code, reason, allowedAnyway }, needs };
}

function firstRefused(heard: readonly Heard[], { together }: Court): Question | undefined {
  return heard.find(({ question }) => !together.isAllowed(question))?.question;
}

/** Of each end the rule that lets it through, if there is no second one. */
function onlyRules(verdict: Verdict): readonly string[] {
  if (verdict.kind === "itself") return [];
  return [verdict.ingress, verdict.egress].flatMap((side) =>
    side.kind === "allowed" && side.rules.length === 1 ? side.rules : [],
  );
}

/** Only the own end is asked: the other one may be let through by a policy of its own. */
function passesOwnEnd({ direction }: Edge, verdict: Verdict): boolean {
  return verdict.kind === "itself" || isAllowedBySide(verdict[direction]);
}

function whyLeftOut(edge: Edge, court: Court, refused: Question | undefined): { code: string; reason: string } {
  const held = court.heldBack.get(edgeKey(edge));
  if (held !== undefined) return { code: held.code, reason: held.reason };
  if (refused === undefined) return { code: "refused", reason: "the generated policy does not let it through" };
  const verdict = court.together.decide(refused);
  const isOwnSide = !passesOwnEnd(edge, verdict);
  const reason = because(verdict, refused).join("; ");
  return { code: isOwnSide ? "refused-by-existing" : "refused-at-other-end", reason };
}

/** What an edge asks of policies, for every pair of pods that stand for its two ends, those of the cluster first. */
export function questionsOf(
  edge: Edge,
  { profile, representatives }: Pick<Court, "profile" | "representatives">,
): readonly Omit<Heard, "alone">[] {
  const own = representatives.of(profile.workload);
  const peers = representatives.ofPeer(edge);
  const { direction, port, protocol } = edge;
  return own.all.flatMap((ownEnd, ownAt) => {
    const end = placed(ownEnd, edge);
    return peers.all.map((standIn, peerAt) => {
      const peer = standIn === end ? sibling(standIn, profile) : standIn;
      const [from, to] = direction === "egress" ? [end, peer] : [peer, end];
      const isReal = ownAt < own.real.length && peerAt < peers.real.length;
      return { question: { from, to, port, protocol }, isReal };
    });
  });
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
