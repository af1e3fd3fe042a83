import type { AddressChoice, Decisions } from "../profile/decisions.ts";
import type { GeneratorOptions } from "./options.ts";

/** One decision that a generation was to repeat. */
export interface Decided {
  /** The direction whose mode it is, or the id of the address or edge. */
  readonly subject: string;
  /** `egress: deny-all`, `external/203.0.113.9: allowed, as 203.0.113.0/24, called payments` */
  readonly text: string;
  /** What the request asks for takes its place. */
  readonly isOverridden: boolean;
}

/** A choice, and whether it was decided before, or is asked for now. */
export interface Choice extends AddressChoice {
  readonly isDecided: boolean;
}

/** Options with the decisions put in wherever the caller left the choice open: field by field, and id by id. */
export function withDecisions(options: GeneratorOptions, decisions: Decisions): GeneratorOptions {
  const { ingress, egress } = decisions;
  return { ...(ingress !== undefined && { ingress }), ...(egress !== undefined && { egress }), ...options };
}

/** All choices in force, by id: those asked for, and those decided of what was not asked for. */
export function choicesOf(options: GeneratorOptions, decisions: Decisions): ReadonlyMap<string, Choice> {
  const decided = (decisions.addresses ?? []).map((choice) => ({ ...choice, isDecided: true }));
  const asked = (options.addresses ?? []).map((choice) => ({ ...choice, isDecided: false }));
  return new Map([...decided, ...asked].map((choice) => [choice.id, choice]));
}

/** The decisions one by one, for the review to say what became of each. */
export function listDecided(options: GeneratorOptions, decisions: Decisions): readonly Decided[] {
  const asked = new Set((options.addresses ?? []).map(({ id }) => id));
  const modes = (["ingress", "egress"] as const).flatMap((direction) => {
    const mode = decisions[direction];
    if (mode === undefined) return [];
    return [{ subject: direction, text: `${direction}: ${mode}`, isOverridden: options[direction] !== undefined }];
  });
  const addresses = (decisions.addresses ?? []).map((choice) => ({
    subject: choice.id,
    text: choiceText(choice),
    isOverridden: asked.has(choice.id),
  }));
  return [...modes, ...addresses];
}

function choiceText({ id, alias, cidr, allowed }: AddressChoice): string {
  const parts = [
    ...(allowed === undefined ? [] : [allowed ? "allowed" : "not allowed"]),
    ...(cidr === undefined ? [] : [`as ${cidr}`]),
    ...(alias === undefined ? [] : [`called ${alias}`]),
  ];
  return `${id}: ${parts.length === 0 ? "nothing said" : parts.join(", ")}`;
}
