import type { AddressChoice } from "../../profile/decisions.ts";
import { type Edge, edgeKey, peerKey } from "../../profile/edge.ts";
import type { GeneratorSettings } from "../resolve-options.ts";

/** Whether an option speaks of this edge, by the edge itself or by its peer. */
export function isNamed(edge: Edge, keys: ReadonlySet<string>): boolean {
  return keys.size > 0 && (keys.has(edgeKey(edge)) || keys.has(peerKey(edge.peer)));
}

/** What was chosen for an edge: by its own id, or else, field by field, by its peer's. */
export function choiceOf(edge: Edge, { addresses }: GeneratorSettings): Partial<AddressChoice> {
  if (addresses.size === 0) return {};
  return { ...addresses.get(peerKey(edge.peer)), ...addresses.get(edgeKey(edge)) };
}

/** Whether the caller, or a decision that the caller did not override, wants a rule for it whatever the defaults say. */
export function isKept(edge: Edge, settings: GeneratorSettings): boolean {
  return isNamed(edge, settings.keep) || choiceOf(edge, settings).allowed === true;
}
