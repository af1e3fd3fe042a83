import { edgeKey, peerKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { edgesOf } from "../learn/learn-rules.ts";
import type { GeneratorSettings } from "../resolve-options.ts";
import type { Warning } from "./review-shape.ts";
import { warn } from "./wording.ts";

/** A slip in an edge or peer to leave out would leave its rule in, unsaid. */
export function unmatchedOptions(profiles: readonly Profile[], settings: GeneratorSettings): readonly Warning[] {
  const asked = [...settings.addresses.values()].filter(({ isDecided }) => !isDecided).map(({ id }) => id);
  if (settings.leaveOut.size + settings.keep.size + asked.length === 0) return [];
  const seen = new Set(profiles.flatMap(edgesOf).flatMap((edge) => [edgeKey(edge), peerKey(edge.peer)]));
  const named = { leaveOut: settings.leaveOut, keep: settings.keep, addresses: asked };
  return (["leaveOut", "keep", "addresses"] as const).flatMap((option) =>
    [...named[option]]
      .filter((key) => !seen.has(key))
      .map((key) => warn("warning", "unmatched-option", `${option} names ${key}, and nothing of that name was seen`)),
  );
}
