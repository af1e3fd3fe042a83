import { isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, visit, type Document } from "yaml";
import { ClusterFileError } from "./cluster-file-error.ts";

/** One document of a cluster file. */
export interface ClusterDocument {
  /** From 1. */
  readonly number: number;
  readonly value: unknown;
  /** The line of what stands at this path, or of the nearest above it; it is looked for only after a fault. */
  readonly lineOf: (path: readonly (string | number)[]) => number | undefined;
}

/** A billion laughs (aliases of aliases) is cut off here; kubectl writes no alias at all. */
const MAX_ALIASES = 100;

/** JSON is read as YAML once more to find the line of a fault, unless it is longer than this. */
const MAX_LINE_SEARCH = 4 * 1024 * 1024;

/** Reads YAML (one or more documents) or JSON. Empty documents are left out; a file of nothing else is a fault. */
export function readDocuments(text: string, fileName: string): readonly ClusterDocument[] {
  const documents = readJson(text) ?? readYaml(text, fileName);
  const filled = documents.filter(({ value }) => value !== null && value !== undefined);
  if (filled.length === 0) throw new ClusterFileError(fileName, "empty");
  return filled;
}

/** Undefined where it is no JSON: what begins with a brace may still be YAML, whose parser also tells the line. */
function readJson(text: string): readonly ClusterDocument[] | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return [{ number: 1, value: JSON.parse(text) as unknown, lineOf: (path) => lineInJson(text, path) }];
  } catch {
    return undefined;
  }
}

function lineInJson(text: string, path: readonly (string | number)[]): number | undefined {
  if (text.length > MAX_LINE_SEARCH) return undefined;
  const lines = new LineCounter();
  const [document] = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false });
  return document === undefined ? undefined : lineInYaml(document, lines, path);
}

function readYaml(text: string, fileName: string): readonly ClusterDocument[] {
  const lines = new LineCounter();
  // The library's own look for doubled keys is quadratic: 60,000 annotations took it 13 s.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true };
  const documents = parseAllDocuments(text, options) as Document[];
  return documents.map((document, index) => {
    const fault = document.errors[0];
    const number = index + 1;
    if (fault !== undefined)
      throw new ClusterFileError(fileName, fault.message, { document: number, line: lines.linePos(fault.pos[0]).line });
    refuseDoubledKeys(document, number, lines, fileName);
    const value = plainValue(document, number, fileName);
    return { number, value, lineOf: (path) => lineInYaml(document, lines, path) };
  });
}

/** YAML 1.2, 3.2.1.3: keys of a map are unique. The last one would silently win otherwise. */
function refuseDoubledKeys(document: Document, number: number, lines: LineCounter, fileName: string): void {
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.value === "<<") continue;
        if (seen.has(key.value)) {
          const line = lines.linePos(key.range?.[0] ?? 0).line;
          throw new ClusterFileError(fileName, `${String(key.value)}: a second time`, { document: number, line });
        }
        seen.add(key.value);
      }
    },
  });
}

function plainValue(document: Document, number: number, fileName: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new ClusterFileError(fileName, `aliases: ${error.message}`, { document: number }, error);
  }
}

function lineInYaml(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] : undefined;
  for (const name of path) {
    node = isMap(node) || isSeq(node) ? node.get(name, true) : undefined;
    if (!isNode(node)) break;
    offset = node.range?.[0] ?? offset;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}
