import type { NetworkPolicy, PolicyHead } from "../network-policy.ts";
import type { Rule } from "../rule.ts";
import { toCalicoPolicy } from "./calico.ts";
import { toCiliumPolicy } from "./cilium.ts";
import { toClusterPolicy } from "./cluster.ts";
import type { Written } from "./written.ts";

export type Dialect = "kubernetes" | "cilium" | "calico" | "cluster";

/** What is said: the rules of a policy, and that policy as networking.k8s.io/v1 has it. */
export interface Said {
  readonly head: PolicyHead;
  readonly rules: readonly Rule[];
  readonly policy: NetworkPolicy;
}

/** The same rules in the dialect that was asked for. */
export function writePolicy(dialect: Dialect, { head, rules, policy }: Said): Written {
  switch (dialect) {
    case "kubernetes":
      return { document: policy, notes: [] };
    case "cilium":
      return toCiliumPolicy(head, rules);
    case "calico":
      return toCalicoPolicy(head, rules);
    case "cluster":
      return toClusterPolicy(head, rules);
  }
}
