import type { ExistingPolicy, LeftOutEdge, ReplacedPolicy, Warning } from "./review-shape.ts";
import { counted, edgeText, warn } from "./wording.ts";

/** What the policies that are in the cluster already do to the new one. */
export function existingWarnings(
  existing: readonly ExistingPolicy[],
  replaced: ReplacedPolicy | null,
  leftOut: readonly LeftOutEdge[],
): readonly Warning[] {
  return [
    ...leftOut.filter(({ code }) => code.startsWith("refused")).map(stopped),
    ...existing.flatMap((policy) => allowingMore(policy) ?? []),
    ...(replaced === null ? [] : [replacing(replaced)]),
  ];
}

function stopped({ edge, code, reason }: LeftOutEdge): Warning {
  return warn("critical", code, `${edgeText(edge)} was seen and will be refused: ${reason}`);
}

/** Policies only ever add, so that one which lets everything through leaves the new one without effect. */
function allowingMore({ policy, allowsBeyond }: ExistingPolicy): Warning | undefined {
  if (allowsBeyond.length === 0) return undefined;
  const everything = allowsBeyond.filter((text) => text.endsWith("everybody on every port"));
  return everything.length > 0
    ? warn("critical", "undone-by-existing", `${policy} undoes it: it lets through ${everything.join(" and ")}`)
    : warn("warning", "existing-allows-more", `${policy} lets through as well ${allowsBeyond.join("; ")}`);
}

function replacing({ policy, isByWeir, changes }: ReplacedPolicy): Warning {
  const what = changes.length === 0 ? "nothing in it changes" : counted(changes.length, "line changes", "lines change");
  return isByWeir
    ? warn("info", "replaces-policy", `${policy} is in the cluster already; ${what}`)
    : warn("critical", "replaces-policy", `${policy} is in the cluster already and not made by weir; ${what}`);
}
