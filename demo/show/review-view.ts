import type { Review } from "../../src/policy/review/review-shape.ts";
import { describeEdge } from "./profile-view.ts";
import { table } from "./terminal.ts";

/** The review in the order that its reader should take it: warnings first. */
export function reviewText({ policy, warnings, passed, leftOut, rules, observed, learned }: Review): string {
  return [
    `policy ${policy ?? "withheld"}, from ${observed.connections} connections, ${learned.word}`,
    section(
      "warnings",
      warnings.map(({ severity, message }) => [severity, message]),
    ),
    section(
      "passed",
      passed.map(({ edge, by }) => [describeEdge(edge), `${edge.protocol} ${edge.port}`, by.join("; ")]),
    ),
    section(
      "left out",
      leftOut.map(({ edge, reason }) => [describeEdge(edge), `${edge.protocol} ${edge.port}`, reason]),
    ),
    section(
      "rules",
      rules.map(({ name, origin, needed }) => [name, origin, needed ? "needed" : "not needed"]),
    ),
  ].join("\n\n");
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  const lines = rows.length === 0 ? "none" : table(rows);
  return `${title}:\n${lines.replaceAll(/^/gmu, "  ")}`;
}
