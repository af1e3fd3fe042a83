import { rootField } from "../../cluster/object/field.ts";
import { parseNetworkPolicy } from "../../cluster/object/parse-network-policy.ts";
import type { NetworkPolicyObject } from "../../cluster/objects.ts";
import { type Fault, validateNetworkPolicy } from "../evaluate/validate.ts";

export type ReadPolicy =
  | { readonly kind: "policy"; readonly policy: NetworkPolicyObject }
  /** Every fault with the path of its field. */
  | { readonly kind: "faulty"; readonly faults: readonly Fault[] };

/** Reads a NetworkPolicy as the API server would: what that refuses is not evaluated. */
export function readPolicy(value: unknown): ReadPolicy {
  const faults = validateNetworkPolicy(value);
  if (faults.length > 0) return { kind: "faulty", faults };
  return { kind: "policy", policy: parseNetworkPolicy(rootField(value)) };
}
