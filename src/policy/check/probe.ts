import {
  at,
  elements,
  FieldFault,
  type Field,
  flag,
  isAbsent,
  port,
  requiredText,
  text,
} from "../../cluster/object/field.ts";
import type { EndFinder } from "../evaluate/find-end.ts";
import type { End } from "../evaluate/end.ts";
import type { Question } from "../evaluate/verdict.ts";

/** A question that somebody wrote down, and perhaps the answer that he counts on. */
export interface Probe {
  readonly question: Question;
  readonly expect: boolean | undefined;
}

const FIELDS: ReadonlySet<string> = new Set(["from", "to", "port", "protocol", "expect"]);

/** Reads a list of `{from, to, port, protocol?, expect?}`. Throws FieldFault, also where an end is nobody's. */
export function readProbes(list: Field, ends: EndFinder): readonly Probe[] {
  if (isAbsent(list)) throw new FieldFault(list, "expected a list of probes");
  return elements(list).map((entry) => readProbe(entry, ends));
}

function readProbe(entry: Field, ends: EndFinder): Probe {
  const from = readEnd(at(entry, "from"), ends);
  const to = readEnd(at(entry, "to"), ends);
  // An option misspelt would be an expectation that nobody checks.
  const unknown = Object.keys(entry.value ?? {}).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw new FieldFault(at(entry, unknown), "unknown field");
  const number = port(at(entry, "port"));
  if (number === undefined) throw new FieldFault(at(entry, "port"), "missing");
  const expect = at(entry, "expect");
  const question = { from, to, port: number, protocol: readProtocol(at(entry, "protocol")) };
  return { question, expect: isAbsent(expect) ? undefined : flag(expect) };
}

function readEnd(field: Field, ends: EndFinder): End {
  const name = requiredText(field);
  const end = ends.find(name);
  if (end !== undefined) return end;
  const isPod = name.includes("/") && !/\/\d+$/u.test(name);
  throw new FieldFault(
    field,
    isPod ? `no pod ${name} is in the cluster now` : `${name} is neither NAMESPACE/POD nor an address`,
  );
}

function readProtocol(field: Field): Question["protocol"] {
  const protocol = text(field) ?? "TCP";
  if (protocol !== "TCP" && protocol !== "UDP" && protocol !== "SCTP")
    throw new FieldFault(field, "expected TCP, UDP or SCTP");
  return protocol;
}
