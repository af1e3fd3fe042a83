import type { Connection } from "../../src/flow/connection.ts";
import { type Expected, type Verdict, precision, recall, viewsText } from "./judge.ts";

const shownOfEach = 5;

/** For people: the figures in one line, then the first few of each kind that is not right. */
export function describeVerdict(verdict: Verdict): string {
  const { expected, records, missing, extra, wrong } = verdict;
  const figures = `precision ${round(precision(verdict))}, recall ${round(recall(verdict))}`;
  return [
    `${figures}: ${expected} connections, ${records} records`,
    ...some("missing", missing.map(expectedText)),
    ...some("extra", extra.map(recordText)),
    ...some(
      "wrong",
      wrong.map((each) => `${expectedText(each.expected)}: ${each.because.join("; ")}`),
    ),
  ].join("\n");
}

/** Cut, never rounded up to a 1 that it is not. */
function round(share: number): number {
  return Math.floor(share * 10_000) / 10_000;
}

function some(kind: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  return [`${lines.length} ${kind}`, ...lines.slice(0, shownOfEach).map((line) => `  ${line}`)];
}

function expectedText({ truth, client, server }: Expected): string {
  return `${truth.id} ${truth.protocol} ${viewsText([{ client, server }])}`;
}

function recordText({ protocol, client, server, outcome, nat, startUs }: Connection): string {
  return `${protocol} ${viewsText([{ client, server }])} ${outcome} nat [${viewsText(nat)}] at ${new Date(startUs / 1000).toISOString()}`;
}
