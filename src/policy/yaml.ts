import { Document, isCollection, isScalar, type Scalar, visit } from "yaml";
import type { Generated } from "./generate.ts";
import { counted, edgeText, chanceText } from "./review/wording.ts";
import type { Review, Warning } from "./review/review-shape.ts";
import { isEveryAddress, type Rule } from "./rule.ts";

/** Names beside an address are listed up to here. */
const MAX_NAMES = 3;
/** Edges left out are told in the comment up to here. */
const MAX_LEFT_OUT = 10;

/**
 * One YAML document a policy, each under a comment that says what it was made from. A workload without a policy
 * is a comment. The same input gives the same bytes, and both YAML 1.1 (kubectl) and 1.2 read it alike.
 */
export function toYaml(generated: readonly Generated[]): string {
  return generated.map((one) => `---\n${header(one.review)}${body(one)}`).join("");
}

function body({ document: policy, rules }: Generated): string {
  if (policy === null) return "";
  // Without aliases: two rules that share a selector in memory are two rules on paper.
  const document = new Document(policy, { schema: "yaml-1.1", aliasDuplicateObjects: false });
  const noteRules = policy.apiVersion === "networking.k8s.io/v1" ? noteBlocks : noteNetworks;
  for (const direction of ["ingress", "egress"] as const)
    noteRules(
      document,
      direction,
      rules.filter((rule) => rule.direction === direction),
    );
  visit(document, { Scalar: (_, scalar) => quoteIfDoubtful(scalar) });
  return document.toString({ lineWidth: 0 });
}

function noteBlocks(document: Document, direction: "ingress" | "egress", rules: readonly Rule[]): void {
  const field = direction === "ingress" ? "from" : "to";
  for (const [index, { peers }] of rules.entries())
    for (const [at, peer] of peers.entries()) {
      if (peer.kind !== "block" || peer.notes.length === 0) continue;
      const cidr = document.getIn(["spec", direction, index, field, at, "ipBlock", "cidr"], true);
      if (isScalar(cidr)) cidr.comment = ` ${noteText(peer.notes)}`;
    }
}

/** In other dialects, whose rules stand elsewhere, by the network itself; one of every address may stand for anything. */
function noteNetworks(document: Document, direction: "ingress" | "egress", rules: readonly Rule[]): void {
  const blocks = rules.flatMap(({ peers }) => peers.filter((peer) => peer.kind === "block"));
  const notes = new Map(blocks.filter((block) => !isEveryAddress(block)).map(({ cidr, notes: own }) => [cidr, own]));
  const node = document.getIn(["spec", direction], true);
  if (!isCollection(node)) return;
  visit(node, {
    Scalar: (key, scalar) => {
      const own = key === "key" ? undefined : notes.get(String(scalar.value));
      if (own !== undefined && own.length > 0) scalar.comment = ` ${noteText(own)}`;
    },
  });
}

function noteText(notes: readonly string[]): string {
  const listed = notes.slice(0, MAX_NAMES).map(printable).join(", ");
  return notes.length > MAX_NAMES ? `${listed} and ${notes.length - MAX_NAMES} more` : listed;
}

/** What some reader of YAML takes for a number, a time or a truth is quoted, though this one would not. */
function quoteIfDoubtful(scalar: Scalar): void {
  if (typeof scalar.value !== "string" || /^([A-Za-z]|[0-9].*\/)/.test(scalar.value)) return;
  scalar.type = "QUOTE_DOUBLE";
}

function header(review: Review): string {
  const { workload, policy, withheld, observed, nodes, learned } = review;
  const who = `${workload.kind} ${workload.namespace}/${workload.name}`;
  if (policy === null) return comment([`${who}: no policy: ${withheld?.reason ?? "nothing observed"}`]);
  const { since, until, connections } = observed;
  const window = since === null || until === null ? "" : ` between ${since} and ${until}`;
  return comment([
    `Made by weir for ${who} from ${counted(connections, "connection")}${window}.`,
    `Seen on ${nodes.seen} of ${counted(nodes.expected, "node")}; ${learned.word}: ${chanceText(learned.chanceOfNew)}.`,
    ...(review.dialect?.notes ?? []).map((note) => `${review.dialect?.name}: ${note}`),
    ...review.warnings.flatMap(warningLine),
    ...leftOutLines(review),
  ]);
}

/** What the header says in lines of its own is not said again. */
const SAID_BY_HEADER: ReadonlySet<string> = new Set(["not-learned", "held-back"]);

function warningLine({ severity, code, message }: Warning): readonly string[] {
  if (severity === "info" || (severity === "warning" && SAID_BY_HEADER.has(code))) return [];
  return [`${severity === "critical" ? "!" : "-"} ${message}`];
}

function leftOutLines({ leftOut }: Review): readonly string[] {
  const listed = leftOut.slice(0, MAX_LEFT_OUT).map(({ edge, reason }) => `Left out: ${edgeText(edge)}: ${reason}`);
  const more = leftOut.length - listed.length;
  return more > 0 ? [...listed, `Left out: ${more} more, see the review.`] : listed;
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${printable(line)}\n`).join("");
}

/** Names come from DNS answers, and a line feed in one would end the comment. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}
