import type { JsonObject } from "../json-object.ts";
import type { ResourceRegistry } from "../resource/resource-registry.ts";
import type { ApiObject } from "../store/api-object.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { ofNamespace } from "../store/sorted-objects.ts";
import { parseStored } from "../store/stored-object.ts";
import { fieldOf, listOf, textOf } from "../table/field-of.ts";
import type { Attributes } from "./attributes.ts";
import type { User } from "./user.ts";

const GROUP = "rbac.authorization.k8s.io";
/** Its members may do anything, whatever the roles say. */
const MASTERS = "system:masters";
/** What everybody may ask, as the ClusterRoles system:discovery and system:public-info-viewer grant it. */
const PUBLIC_PATHS = ["/livez", "/readyz", "/healthz", "/version", "/api", "/apis", "/openapi"] as const;
/** And system:basic-user: what may I do, and who am I. */
const SELF_REVIEWS: ReadonlySet<string> = new Set([
  "selfsubjectaccessreviews",
  "selfsubjectrulesreviews",
  "selfsubjectreviews",
]);

/** A rule that somebody has, and in which namespace; empty for all. */
export interface GrantedRule {
  readonly namespace: string;
  readonly rule: JsonObject;
}

/** Answers from the Roles and bindings as they are stored now: "Using RBAC Authorization". */
export class Rbac {
  readonly #store: ObjectStore;
  readonly #resources: ResourceRegistry;

  constructor(store: ObjectStore, resources: ResourceRegistry) {
    this.#store = store;
    this.#resources = resources;
  }

  allows(user: User, wanted: Attributes): boolean {
    if (user.groups.includes(MASTERS) || isPublic(wanted)) return true;
    const granted = this.rulesOf(user, wanted.namespace);
    return granted.some(({ namespace, rule }) => isWithin(namespace, wanted) && ruleAllows(rule, wanted));
  }

  /** All rules that hold for somebody in a namespace: those of its Roles, and those of the whole cluster. */
  rulesOf(user: User, namespace: string): readonly GrantedRule[] {
    const ofCluster = this.#bindings("clusterrolebindings", "").map((binding) => ({ namespace: "", binding }));
    const own = namespace === "" ? [] : this.#bindings("rolebindings", namespace);
    return [...ofCluster, ...own.map((binding) => ({ namespace, binding }))]
      .filter(({ binding }) => listOf(binding, "subjects").some((subject) => isSubject(subject, user, namespace)))
      .flatMap((each) =>
        this.#rulesOfRole(each.binding, each.namespace).map((rule) => ({ namespace: each.namespace, rule })),
      );
  }

  #bindings(plural: string, namespace: string): readonly ApiObject[] {
    const resource = this.#resources.byId(`${plural}.${GROUP}`);
    if (resource === undefined) return [];
    return ofNamespace(this.#store.collection(resource).now(), namespace).map(parseStored);
  }

  #rulesOfRole(binding: ApiObject, namespace: string): readonly JsonObject[] {
    const isCluster = textOf(binding, "roleRef.kind") === "ClusterRole";
    const resource = this.#resources.byId(`${isCluster ? "clusterroles" : "roles"}.${GROUP}`);
    if (resource === undefined) return [];
    const role = this.#store.get(resource, isCluster ? "" : namespace, textOf(binding, "roleRef.name"));
    return role === undefined ? [] : listOf(parseStored(role), "rules");
  }
}

function isPublic({ resource, path, verb, group }: Attributes): boolean {
  if (resource !== "") return verb === "create" && group.startsWith("auth") && SELF_REVIEWS.has(resource);
  return PUBLIC_PATHS.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

function isWithin(namespace: string, wanted: Attributes): boolean {
  return namespace === "" || namespace === wanted.namespace;
}

function isSubject(subject: JsonObject, user: User, namespace: string): boolean {
  const name = textOf(subject, "name", "");
  switch (subject["kind"]) {
    case "User":
      return name === user.username;
    case "Group":
      return user.groups.includes(name);
    case "ServiceAccount":
      return user.username === `system:serviceaccount:${textOf(subject, "namespace", namespace)}:${name}`;
    default:
      return false;
  }
}

/** "Referring to resources": subresources are written `pods/log`; names narrow a rule down. */
function ruleAllows(rule: JsonObject, { verb, group, resource, subresource, name, path }: Attributes): boolean {
  if (!includes(rule, "verbs", verb)) return false;
  if (resource === "") return stringsOf(rule, "nonResourceURLs").some((url) => matchesUrl(url, path));
  const full = subresource === "" ? resource : `${resource}/${subresource}`;
  const resources = stringsOf(rule, "resources");
  const isNamed = resources.some(
    (each) => each === "*" || each === full || (subresource !== "" && each === `*/${subresource}`),
  );
  const names = stringsOf(rule, "resourceNames");
  return includes(rule, "apiGroups", group) && isNamed && (names.length === 0 || names.includes(name));
}

function matchesUrl(url: string, path: string): boolean {
  return url === "*" || url === path || (url.endsWith("*") && path.startsWith(url.slice(0, -1)));
}

function includes(rule: JsonObject, field: string, value: string): boolean {
  const values = stringsOf(rule, field);
  return values.includes("*") || values.includes(value);
}

function stringsOf(rule: JsonObject, field: string): readonly string[] {
  const value = fieldOf(rule, field);
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
