import type { ApiContext, Exchange } from "../api-context.ts";
import { badRequest, type Cause, invalid } from "../http/api-status.ts";
import { isObject, type JsonObject } from "../json-object.ts";
import { asObject } from "../write/admitted.ts";
import { fieldOf, textOf } from "../table/field-of.ts";
import { readObjectBody } from "../http/read-body.ts";
import { invalidValue } from "../validate/causes.ts";
import type { Attributes } from "./attributes.ts";
import { Rbac } from "./rbac.ts";
import { API_AUDIENCE } from "./token-book.ts";
import type { User } from "./user.ts";

/** Questions that are asked by creating an object, which is answered and not stored. */
export async function review(exchange: Exchange): Promise<JsonObject> {
  const { answer, resource, context, user, namespace } = exchange;
  const body = asObject(await readObjectBody(answer.request), resource);
  const { metadata, ...given } = body;
  const { name: _, ...rest } = metadata;
  return {
    ...given,
    metadata: { creationTimestamp: null, ...rest },
    status: statusOf(context, resource.kind, { body, user, namespace }),
  };
}

interface Question {
  readonly body: JsonObject;
  /** Who asks. */
  readonly user: User;
  readonly namespace: string;
}

function statusOf(context: ApiContext, kind: string, { body, user, namespace }: Question): JsonObject {
  const rbac = new Rbac(context.store, context.resources);
  const spec = fieldOf(body, "spec");
  if (kind === "SubjectAccessReview" || kind === "LocalSubjectAccessReview") checkSubject(spec);
  switch (kind) {
    case "TokenReview":
      return tokenStatus(context, spec);
    case "SelfSubjectReview":
      return { userInfo: { ...user } };
    case "SelfSubjectAccessReview":
      return accessStatus(rbac, user, spec);
    case "SelfSubjectRulesReview":
      return rulesStatus(rbac, user, textOf(spec, "namespace", ""));
    case "LocalSubjectAccessReview":
      if (textOf(spec, "resourceAttributes.namespace", "") !== namespace)
        throw badRequest("spec.resourceAttributes.namespace must match metadata.namespace");
      return accessStatus(rbac, userOf(spec), spec);
    default:
      return accessStatus(rbac, userOf(spec), spec);
  }
}

/** Audiences: what both the token and the question name; a question that names none is about the API server. */
function tokenStatus({ tokens }: ApiContext, spec: unknown): JsonObject {
  const text = textOf(spec, "token", "");
  if (text === "") throw badRequest("token is required for TokenReview in authentication");
  const token = tokens.find(text);
  const asked = fieldOf(spec, "audiences");
  const wanted = Array.isArray(asked) && asked.length > 0 ? (asked as readonly string[]) : [API_AUDIENCE];
  const audiences = wanted.filter((audience) => token?.audiences.includes(audience) === true);
  if (token === undefined) return { user: {}, error: "[invalid bearer token, token lookup failed]" };
  if (audiences.length === 0) return { user: {}, error: "[invalid bearer token, token audiences do not match]" };
  return { authenticated: true, user: { ...token.user }, audiences };
}

function userOf(spec: unknown): User {
  const groups = fieldOf(spec, "groups");
  return { username: textOf(spec, "user", ""), groups: Array.isArray(groups) ? (groups as readonly string[]) : [] };
}

function accessStatus(rbac: Rbac, user: User, spec: unknown): JsonObject {
  const isAllowed = rbac.allows(user, attributesIn(spec));
  // Masters are let through before RBAC is asked.
  if (isAllowed && user.groups.includes("system:masters")) return { allowed: true };
  return isAllowed ? { allowed: true, reason: "RBAC: allowed" } : { allowed: false };
}

function attributesIn(spec: unknown): Attributes {
  const resource = fieldOf(spec, "resourceAttributes");
  const other = fieldOf(spec, "nonResourceAttributes");
  const causes = attributeCauses(resource, other);
  if (causes.length > 0) throw invalid(NO_KIND, "", causes);
  const text = (field: string): string => textOf(resource ?? other, field, "");
  return {
    verb: text("verb"),
    group: text("group"),
    resource: text("resource"),
    subresource: text("subresource"),
    namespace: text("namespace"),
    name: text("name"),
    path: text("path"),
  };
}

/** The server's own name for what is wrong with a review has a group and no kind. */
const NO_KIND = { group: "authorization.k8s.io", kind: "" } as const;

/** pkg/apis/authorization/validation: exactly one of both. */
function attributeCauses(resource: unknown, other: unknown): readonly Cause[] {
  const neither = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
  const both = "cannot be specified in combination with resourceAttributes";
  if (!isObject(resource) && !isObject(other)) return [invalidValue("spec.resourceAttributes", "null", neither)];
  return isObject(resource) && isObject(other) ? [invalidValue("spec.nonResourceAttributes", other, both)] : [];
}

/** Who is asked about must be named. */
function checkSubject(spec: unknown): void {
  const groups = fieldOf(spec, "groups");
  if (textOf(spec, "user", "") !== "" || (Array.isArray(groups) && groups.length > 0)) return;
  const cause = invalidValue("spec.user", "", "at least one of user or group must be specified");
  throw invalid(NO_KIND, "", [cause]);
}

function rulesStatus(rbac: Rbac, user: User, namespace: string): JsonObject {
  const rules = rbac.rulesOf(user, namespace).map(({ rule }) => rule);
  const isMaster = user.groups.includes("system:masters");
  const all = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
  const resourceRules = rules.filter((rule) => Array.isArray(rule["resources"]));
  return {
    resourceRules: isMaster ? [all] : resourceRules,
    nonResourceRules: rules.filter((rule) => Array.isArray(rule["nonResourceURLs"])),
    incomplete: false,
  };
}
