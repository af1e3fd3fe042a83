import { type PolicyHead, toNetworkPolicy } from "../network-policy.ts";
import type { Rule } from "../rule.ts";
import { toCalicoPolicy } from "./calico.ts";
import { toCiliumPolicy } from "./cilium.ts";
import { toClusterPolicy } from "./cluster.ts";
import type { Written } from "./written.ts";

export type Dialect = "kubernetes" | "cilium" | "calico" | "cluster";

/** The same rules, said in the dialect that was asked for. */
export function writePolicy(dialect: Dialect, head: PolicyHead, rules: readonly Rule[]): Written {
  switch (dialect) {
    case "kubernetes":
      return { document: toNetworkPolicy(head, rules), notes: [] };
    case "cilium":
      return toCiliumPolicy(head, rules);
    case "calico":
      return toCalicoPolicy(head, rules);
    case "cluster":
      return toClusterPolicy(head, rules);
  }
}
