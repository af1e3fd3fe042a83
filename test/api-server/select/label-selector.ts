import { badRequest } from "../http/api-status.ts";

export type Labels = Readonly<Record<string, string>>;

interface Requirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "!" | ">" | "<";
  readonly values: readonly string[];
}

export type LabelSelector = readonly Requirement[];

// A key may have a prefix of a domain; the rest of both is checked where objects are written.
const KEY = String.raw`[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const SET = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s*\(([^()]*)\)$`, "u");
const COMPARED = new RegExp(String.raw`^(${KEY})\s*(==|=|!=|>|<)\s*([-A-Za-z0-9_.]*)$`, "u");
const PRESENT = new RegExp(String.raw`^(!?)\s*(${KEY})$`, "u");

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`: all of them must hold. Throws a 400 for anything else. */
export function parseLabelSelector(text: string): LabelSelector {
  return partsOf(text).map((part) => {
    const requirement = parseRequirement(part);
    if (requirement === undefined) throw badRequest(problemOf(part));
    return requirement;
  });
}

/** labels.Parse tells what it found first that it can make nothing of. */
function problemOf(part: string): string {
  const [, key, rest = ""] = new RegExp(String.raw`^(${KEY})\s*(?:\s([^\s].*))?$`, "u").exec(part) ?? [];
  if (key === undefined) return `found '${part.slice(0, 1)}', expected: !, identifier, or 'end of string'`;
  const found = /^[-A-Za-z0-9_.]+|./u.exec(rest)?.[0] ?? "";
  return `unable to parse requirement: found '${found}', expected: in, notin, =, ==, !=, gt, lt`;
}

/** Commas inside brackets part values, not requirements. */
function partsOf(text: string): readonly string[] {
  if (text.trim() === "") return [];
  return text.split(/,(?![^()]*\))/u).map((part) => part.trim());
}

function parseRequirement(part: string): Requirement | undefined {
  const set = SET.exec(part);
  if (set !== null) {
    const values = (set[4] ?? "").split(",").map((value) => value.trim());
    return { key: set[1] ?? "", operator: set[3] as "in" | "notin", values };
  }
  const present = PRESENT.exec(part);
  if (present !== null) return { key: present[2] ?? "", operator: present[1] === "!" ? "!" : "exists", values: [] };
  const compared = COMPARED.exec(part);
  if (compared === null) return undefined;
  return { key: compared[1] ?? "", operator: OPERATORS[compared[3] ?? ""] ?? "in", values: [compared[4] ?? ""] };
}

const OPERATORS: Readonly<Record<string, Requirement["operator"]>> = {
  "=": "in",
  "==": "in",
  "!=": "notin",
  ">": ">",
  "<": "<",
};

/** A missing label satisfies `!=` and `notin`, as the documentation of labels says. */
export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "exists":
        return value !== undefined;
      case "!":
        return value === undefined;
      case "in":
        return value !== undefined && values.includes(value);
      case "notin":
        return value === undefined || !values.includes(value);
      case ">":
        return value !== undefined && Number(value) > Number(values[0]);
      case "<":
        return value !== undefined && Number(value) < Number(values[0]);
    }
  });
}
