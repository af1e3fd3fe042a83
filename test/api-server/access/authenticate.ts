import type { IncomingMessage } from "node:http";
import { forbiddenText, unauthorized } from "../http/api-status.ts";
import type { ApiContext } from "../api-context.ts";
import { Rbac } from "./rbac.ts";
import { API_AUDIENCE } from "./token-book.ts";
import { ADMIN, ANONYMOUS, serviceAccountName, type User } from "./user.ts";

/** Who asks, by bearer token. A wrong one is refused; none at all is the anonymous user. */
export function authenticate(context: ApiContext, request: IncomingMessage): User {
  if (!context.settings.authenticates) return impersonated(context, request, ADMIN);
  const header = request.headers.authorization ?? "";
  if (header === "") return ANONYMOUS;
  // RFC 6750, 2.1.
  const [, text = ""] = /^Bearer (\S+)$/iu.exec(header) ?? [];
  const token = context.tokens.find(text);
  if (token === undefined || !token.audiences.includes(API_AUDIENCE)) throw unauthorized();
  return impersonated(context, request, token.user);
}

/** "User impersonation": who may impersonate a user is, for this request, that user. */
function impersonated({ store, resources }: ApiContext, { headers }: IncomingMessage, user: User): User {
  const wanted = headers["impersonate-user"];
  if (typeof wanted !== "string") return user;
  const attributes = {
    verb: "impersonate",
    group: "",
    resource: "users",
    subresource: "",
    namespace: "",
    name: wanted,
    path: "",
  };
  if (!new Rbac(store, resources).allows(user, attributes))
    throw forbiddenText(
      `users "${wanted}" is forbidden: User "${user.username}" cannot impersonate resource "users" in API group "" at the cluster scope`,
    );
  const asked = headers["impersonate-group"] ?? [];
  const groups = typeof asked === "string" ? asked.split(",").map((group) => group.trim()) : asked;
  const account = /^system:serviceaccount:([^:]+):(.+)$/u.exec(wanted);
  const own = account === null ? [] : ["system:serviceaccounts", `system:serviceaccounts:${account[1]}`];
  const username = account === null ? wanted : serviceAccountName(account[1] ?? "", account[2] ?? "");
  return { username, groups: [...groups, ...own, "system:authenticated"] };
}
