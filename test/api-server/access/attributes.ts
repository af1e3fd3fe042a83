import type { RequestInfo } from "../http/request-info.ts";

/** What somebody wants to do: authorization.k8s.io's ResourceAttributes or NonResourceAttributes. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** Empty where it is about a path. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

export function attributesOf({ verb, target, path }: RequestInfo): Attributes {
  const { group = "", resource = "", subresource = "", namespace = "", name = "" } = target ?? {};
  return { verb, group, resource, subresource, namespace, name, path };
}
