import { FieldFault, at, elements, isAbsent, requiredText, text, textMap, type Field } from "./field.ts";
import type { LabelSelector, LabelSelectorRequirement } from "../workload.ts";

type Operator = LabelSelectorRequirement["operator"];

const TAKES_VALUES: Readonly<Record<Operator, boolean>> = { In: true, NotIn: true, Exists: false, DoesNotExist: false };

/** A meta/v1 LabelSelector; undefined where there is none, which is not the same as an empty one. */
export function parseLabelSelector(field: Field): LabelSelector | undefined {
  if (isAbsent(field)) return undefined;
  const matchLabels = textMap(at(field, "matchLabels"));
  const matchExpressions = elements(at(field, "matchExpressions")).map((entry) => parseRequirement(entry));
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
  };
}

function parseRequirement(entry: Field): LabelSelectorRequirement {
  const key = requiredText(at(entry, "key"));
  const operator = parseOperator(at(entry, "operator"));
  const values = elements(at(entry, "values")).map((value) => text(value) ?? "");
  if (TAKES_VALUES[operator] === (values.length === 0))
    throw new FieldFault(at(entry, "values"), `expected ${TAKES_VALUES[operator] ? "values" : "none"} for ${operator}`);
  return { key, operator, ...(values.length > 0 ? { values } : {}) };
}

function parseOperator(field: Field): Operator {
  const operator = requiredText(field);
  if (!Object.hasOwn(TAKES_VALUES, operator)) throw new FieldFault(field, "expected In, NotIn, Exists or DoesNotExist");
  return operator as Operator;
}
