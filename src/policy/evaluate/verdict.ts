import type { TransportProtocol } from "../../flow/connection.ts";
import type { Direction } from "../../profile/edge.ts";
import { type End, endText } from "./end.ts";

/** May this connection be opened? Its port is the server's own, after DNAT. */
export interface Question {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: TransportProtocol;
}

/** What the policies at one end say: egress at the client's, ingress at the server's. */
export type SideVerdict =
  /** No pod that policies apply to. */
  | { readonly kind: "exempt" }
  | { readonly kind: "not isolated" }
  | { readonly kind: "own node" }
  /** The names of every rule that allows it. */
  | { readonly kind: "allowed"; readonly rules: readonly string[] }
  /** The names of the policies that isolate the pod, none of which allows it. */
  | { readonly kind: "refused"; readonly policies: readonly string[] };

/** Both ends must allow. Absent sides: a pod may always reach itself. */
export type Verdict =
  | { readonly kind: "itself"; readonly allowed: true }
  | { readonly kind: "sides"; readonly allowed: boolean; readonly egress: SideVerdict; readonly ingress: SideVerdict };

export function isAllowedBySide(side: SideVerdict): boolean {
  return side.kind !== "refused";
}

/**
 * Why, in sentences that name policies and rules: `shop/javaapp: egress[1]`. A refusal names only who refuses,
 * and an end that policies do not apply to is only named where that is all there is to say.
 */
export function because(verdict: Verdict, question: Question): string[] {
  if (verdict.kind === "itself") return ["a pod may always reach itself"];
  const sides = [
    { direction: "egress", side: verdict.egress, subject: question.from },
    { direction: "ingress", side: verdict.ingress, subject: question.to },
  ] as const;
  const telling = sides.filter(({ side }) => isAllowedBySide(side) === verdict.allowed);
  const subjected = telling.filter(({ side }) => side.kind !== "exempt");
  return (subjected.length > 0 ? subjected : telling).flatMap(({ direction, side, subject }) =>
    sideReasons(side, direction, subject, question),
  );
}

function sideReasons(side: SideVerdict, direction: Direction, subject: End, question: Question): readonly string[] {
  switch (side.kind) {
    case "exempt":
      return [exemptReason(direction, subject)];
    case "not isolated":
      return [`no policy selects ${endText(subject)} for ${direction}`];
    case "own node":
      return [`a node may always reach its own pods: ${endText(subject)} runs there`];
    case "allowed":
      return side.rules;
    case "refused":
      return [refusalReason(side.policies, direction, subject, question)];
  }
}

function exemptReason(direction: Direction, subject: End): string {
  return subject.kind === "pod"
    ? `${endText(subject)} is in the host network: no policy applies to its ${direction}`
    : `${subject.ip} is no pod: no policy applies to its ${direction}`;
}

function refusalReason(policies: readonly string[], direction: Direction, subject: End, question: Question): string {
  const other = direction === "egress" ? `to ${endText(question.to)}` : `from ${endText(question.from)}`;
  const what = `${direction} of ${endText(subject)} ${other} on ${question.protocol} ${question.port}`;
  const [first, ...more] = policies;
  return more.length === 0 ? `${first} does not allow ${what}` : `none of ${policies.join(", ")} allows ${what}`;
}
