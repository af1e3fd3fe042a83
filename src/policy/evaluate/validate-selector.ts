import { labelKeyFault, labelValueFault } from "../names.ts";

/** As in `spec.ingress[0].ports[1].port`. */
export type Path = string;

export interface Fault {
  readonly path: Path;
  readonly message: string;
}

const OPERATORS: ReadonlySet<unknown> = new Set(["In", "NotIn", "Exists", "DoesNotExist"]);

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function unknownFields(
  record: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: Path,
): readonly Fault[] {
  return Object.keys(record)
    .filter((field) => !known.includes(field))
    .map((field) => ({ path: `${path}.${field}`, message: "unknown field" }));
}

/** ValidateLabelSelector of apimachinery. An absent selector is no fault; what it means is the field's affair. */
export function labelSelectorFaults(selector: unknown, path: Path): readonly Fault[] {
  if (selector === undefined || selector === null) return [];
  if (!isRecord(selector)) return [{ path, message: "must be an object" }];
  return [
    ...unknownFields(selector, ["matchLabels", "matchExpressions"], path),
    ...matchLabelsFaults(selector["matchLabels"] ?? {}, `${path}.matchLabels`),
    ...matchExpressionsFaults(selector["matchExpressions"] ?? [], `${path}.matchExpressions`),
  ];
}

function matchLabelsFaults(labels: unknown, path: Path): readonly Fault[] {
  if (!isRecord(labels)) return [{ path, message: "must be an object" }];
  return Object.entries(labels).flatMap(([key, value]) => [
    ...said(path, key, labelKeyFault(key)),
    ...(typeof value === "string" ? said(path, value, labelValueFault(value)) : [notText(`${path}.${key}`, value)]),
  ]);
}

function matchExpressionsFaults(expressions: unknown, path: Path): readonly Fault[] {
  if (!Array.isArray(expressions)) return [{ path, message: "must be a list" }];
  return expressions.flatMap((item: unknown, index) => requirementFaults(item, `${path}[${index}]`));
}

function requirementFaults(item: unknown, path: Path): readonly Fault[] {
  if (!isRecord(item)) return [{ path, message: "must be an object" }];
  const { key, operator, values } = item;
  return [
    ...unknownFields(item, ["key", "operator", "values"], path),
    ...(typeof key === "string" ? said(`${path}.key`, key, labelKeyFault(key)) : [notText(`${path}.key`, key)]),
    ...operatorFaults(operator, values ?? [], path),
  ];
}

function operatorFaults(operator: unknown, values: unknown, path: Path): readonly Fault[] {
  if (!Array.isArray(values)) return [{ path: `${path}.values`, message: "must be a list" }];
  if (!OPERATORS.has(operator))
    return [
      {
        path: `${path}.operator`,
        message: `Invalid value: ${JSON.stringify(operator ?? null)}: not a valid selector operator`,
      },
    ];
  const isList = operator === "In" || operator === "NotIn";
  if (isList && values.length === 0)
    return [
      { path: `${path}.values`, message: "Required value: must be specified when `operator` is 'In' or 'NotIn'" },
    ];
  if (!isList && values.length > 0)
    return [
      {
        path: `${path}.values`,
        message: "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      },
    ];
  return values.flatMap((value: unknown, index) =>
    typeof value === "string"
      ? said(`${path}.values[${index}]`, value, labelValueFault(value))
      : [notText(`${path}.values[${index}]`, value)],
  );
}

function said(path: Path, value: string, fault: string | undefined): readonly Fault[] {
  return fault === undefined ? [] : [{ path, message: `Invalid value: ${JSON.stringify(value)}: ${fault}` }];
}

function notText(path: Path, value: unknown): Fault {
  return { path, message: `Invalid value: ${JSON.stringify(value ?? null)}: must be a string` };
}
