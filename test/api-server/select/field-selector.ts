import { badRequest } from "../http/api-status.ts";
import type { ApiResource } from "../resource/api-resource.ts";

interface Term {
  readonly path: string;
  readonly value: string;
  readonly isEqual: boolean;
}

export type FieldSelector = readonly Term[];

/** `a=b,c==d,e!=f`, with `\,` `\=` `\\` for those characters in values. Throws a 400 for fields that this kind can't be selected by. */
export function parseFieldSelector(text: string, resource: ApiResource): FieldSelector {
  const terms = text === "" ? [] : text.split(/(?<!\\),/u);
  return terms.map((term) => {
    const parts = /^([^=!]+)(!=|==|=)(.*)$/u.exec(term);
    if (parts === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, path = "", operator, value = ""] = parts;
    return { path: known(path, resource), value: value.replaceAll(/\\([\\,=])/gu, "$1"), isEqual: operator !== "!=" };
  });
}

/** Names of before, which are still understood. */
const RENAMED: Readonly<Record<string, string>> = {
  "pods spec.host": "spec.nodeName",
  "namespaces name": "metadata.name",
};

function known(given: string, resource: ApiResource): string {
  const path = RENAMED[`${resource.id} ${given}`] ?? given;
  if (resource.selectableFields.includes(path)) return path;
  const byNameOnly = !resource.isCustom && resource.selectableFields.every((field) => field.startsWith("metadata."));
  throw badRequest(
    byNameOnly
      ? `"${given}" is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${given}`,
  );
}

export function matchesFields(selector: FieldSelector, fields: ReadonlyMap<string, string>): boolean {
  return selector.every(({ path, value, isEqual }) => (fields.get(path) === value) === isEqual);
}
