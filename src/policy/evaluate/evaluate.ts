import type { Direction } from "../../profile/edge.ts";
import { type CompiledPolicy, compilePolicy, type EvaluatedPolicy } from "./compiled-policy.ts";
import type { End } from "./end.ts";
import { LabelClasses, type NamespaceLabels } from "./label-class.ts";
import { isOwnNode, PreparedEnd, ruleAllows } from "./match-rule.ts";
import { Selections } from "./selections.ts";
import { isAllowedBySide, type Question, type SideVerdict, type Verdict } from "./verdict.ts";

/** Policies must be valid (validate.ts), and are read once: compile anew when one of them or a namespace changes. */
export function compilePolicies(policies: readonly EvaluatedPolicy[], cluster: NamespaceLabels): CompiledPolicies {
  const selections = new Selections();
  const byNamespace = Map.groupBy(policies, (policy) => policy.metadata.namespace);
  const compiled = new Map(
    byNamespace
      .entries()
      .map(([namespace, own]) => [namespace, own.map((policy) => compilePolicy(policy, selections))]),
  );
  return new CompiledPolicies(new LabelClasses(compiled, selections.count, cluster));
}

/**
 * Decides whether connections pass a set of NetworkPolicies, by the whole of the networking.k8s.io/v1 API reference.
 * Where that leaves room: hostNetwork pods are their node, an ipBlock also holds pods by their address, and of a
 * dual-stack pod the first address counts whose family the other end speaks too.
 * An end is prepared once for each object: hand the same End in again and a question costs less than a microsecond.
 */
export class CompiledPolicies {
  readonly #classes: LabelClasses;
  readonly #prepared: WeakMap<End, PreparedEnd>;
  /** The one policy that counts, where only one does. */
  readonly #alone: readonly CompiledPolicy[] | undefined;

  constructor(classes: LabelClasses, prepared = new WeakMap<End, PreparedEnd>(), alone?: readonly CompiledPolicy[]) {
    this.#classes = classes;
    this.#prepared = prepared;
    this.#alone = alone;
  }

  /** One of the policies as if there were no other; what was looked up for all of them serves it as well. */
  alone(policy: EvaluatedPolicy): CompiledPolicies {
    return new CompiledPolicies(this.#classes, this.#prepared, this.#classes.compiled(policy));
  }

  /** The same answer as `decide`, without the names: it stops at the first rule that allows. */
  isAllowed(question: Question): boolean {
    if (isSamePod(question)) return true;
    const from = this.#prepare(question.from);
    const to = this.#prepare(question.to);
    return this.#passes("egress", from, to, question) && this.#passes("ingress", to, from, question);
  }

  decide(question: Question): Verdict {
    if (isSamePod(question)) return { kind: "itself", allowed: true };
    const from = this.#prepare(question.from);
    const to = this.#prepare(question.to);
    const egress = this.#verdict("egress", from, to, question);
    const ingress = this.#verdict("ingress", to, from, question);
    return { kind: "sides", allowed: isAllowedBySide(egress) && isAllowedBySide(ingress), egress, ingress };
  }

  #prepare(end: End): PreparedEnd {
    const known = this.#prepared.get(end);
    if (known !== undefined) return known;
    const labelClass = end.kind === "pod" && !end.hostNetwork ? this.#classes.of(end) : undefined;
    const prepared = new PreparedEnd(end, labelClass);
    this.#prepared.set(end, prepared);
    return prepared;
  }

  /** The policies that isolate an end; undefined where none applies to it. */
  #isolating(direction: Direction, { labelClass }: PreparedEnd): readonly CompiledPolicy[] | undefined {
    const policies = labelClass?.[direction];
    if (this.#alone === undefined || policies === undefined) return policies;
    return this.#alone.some((policy) => policies.includes(policy)) ? this.#alone : [];
  }

  #passes(direction: Direction, subject: PreparedEnd, other: PreparedEnd, question: Question): boolean {
    const policies = this.#isolating(direction, subject);
    if (policies === undefined || policies.length === 0) return true;
    if (direction === "ingress" && isOwnNode(subject, other)) return true;
    return policies.some((policy) => policy[direction]?.some((rule) => ruleAllows(rule, subject, other, question)));
  }

  #verdict(direction: Direction, subject: PreparedEnd, other: PreparedEnd, question: Question): SideVerdict {
    const policies = this.#isolating(direction, subject);
    if (policies === undefined) return { kind: "exempt" };
    if (policies.length === 0) return { kind: "not isolated" };
    if (direction === "ingress" && isOwnNode(subject, other)) return { kind: "own node" };
    const rules: string[] = [];
    for (const policy of policies)
      for (const rule of policy[direction] ?? []) if (ruleAllows(rule, subject, other, question)) rules.push(rule.name);
    if (rules.length > 0) return { kind: "allowed", rules };
    return { kind: "refused", policies: policies.map((policy) => policy.name) };
  }
}

/** A pod may always reach itself. */
export function isSamePod({ from, to }: Question): boolean {
  return from.kind === "pod" && to.kind === "pod" && from.name === to.name && from.namespace === to.namespace;
}
