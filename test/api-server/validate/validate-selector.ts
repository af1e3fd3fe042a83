import type { Cause } from "../http/api-status.ts";
import { isObject } from "../json-object.ts";
import { textOf } from "../table/field-of.ts";
import { invalidValue, forbiddenField, required } from "./causes.ts";
import { labelKeyProblems, labelValueProblems } from "./names.ts";

/** meta/v1 LabelSelector, as apimachinery's ValidateLabelSelector. */
export function validateSelector(selector: unknown, path: string): readonly Cause[] {
  if (!isObject(selector)) return [];
  const { matchLabels, matchExpressions } = selector;
  const expressions = Array.isArray(matchExpressions) ? matchExpressions : [];
  return [
    ...validateLabels(matchLabels, `${path}.matchLabels`),
    ...expressions.flatMap((each, place) => validateExpression(each, `${path}.matchExpressions[${place}]`)),
  ];
}

export function validateLabels(labels: unknown, path: string): readonly Cause[] {
  return Object.entries(isObject(labels) ? labels : {}).flatMap(([key, value]) => [
    ...labelKeyProblems(key).map((problem) => invalidValue(path, key, problem)),
    ...labelValueProblems(String(value)).map((problem) => invalidValue(path, value, problem)),
  ]);
}

function validateExpression(expression: unknown, path: string): readonly Cause[] {
  if (!isObject(expression)) return [];
  const { key, operator, values: given } = expression;
  const values = Array.isArray(given) ? given.map(String) : [];
  return [
    ...operatorCauses(operator, values, path),
    ...labelKeyProblems(textOf(expression, "key", "")).map((problem) => invalidValue(`${path}.key`, key, problem)),
    ...values.flatMap((value, place) =>
      labelValueProblems(value).map((problem) => invalidValue(`${path}.values[${place}]`, value, problem)),
    ),
  ];
}

function operatorCauses(operator: unknown, values: readonly string[], path: string): readonly Cause[] {
  switch (operator) {
    case "In":
    case "NotIn":
      return values.length > 0
        ? []
        : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Exists":
    case "DoesNotExist":
      if (values.length === 0) return [];
      return [forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return [invalidValue(`${path}.operator`, operator, "not a valid selector operator")];
  }
}
