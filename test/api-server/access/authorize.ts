import type { ApiContext } from "../api-context.ts";
import { forbidden, forbiddenText } from "../http/api-status.ts";
import type { RequestInfo } from "../http/request-info.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import { attributesOf } from "./attributes.ts";
import { Rbac } from "./rbac.ts";
import type { User } from "./user.ts";

/** Throws a 403, in the API server's words, where the stored roles do not allow this. */
export function authorize(context: ApiContext, user: User, info: RequestInfo, resource: ApiResource | undefined): void {
  const { store, resources, settings } = context;
  if (!settings.authorizes || new Rbac(store, resources).allows(user, attributesOf(info))) return;
  const { verb, target, path } = info;
  if (target === undefined) throw forbiddenText(`forbidden: User "${user.username}" cannot ${verb} path "${path}"`);
  const { subresource, group, name } = target;
  const where = target.namespace === "" ? "at the cluster scope" : `in the namespace "${target.namespace}"`;
  const what = subresource === "" ? target.resource : `${target.resource}/${subresource}`;
  const why = `User "${user.username}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
  if (resource === undefined) throw forbiddenText(`${target.resource}.${group} is forbidden: ${why}`);
  throw forbidden(resource, verb === "create" ? "" : name, why);
}
