/** What a request is about, read from its method and URL alone, as the API server's RequestInfo. */
export interface RequestInfo {
  readonly path: string;
  readonly query: URLSearchParams;
  /** An API verb for resources; else the HTTP method in lower case. */
  readonly verb: string;
  /** Undefined for discovery, health and the like. */
  readonly target: Target | undefined;
}

export interface Target {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export function readRequestInfo(method: string, url: string): RequestInfo {
  const { pathname, searchParams: query } = new URL(url, "http://api");
  const path = decoded(pathname);
  const target = readTarget(path.split("/").filter((part) => part !== ""));
  return { path, query, target, verb: target === undefined ? method.toLowerCase() : verbOf(method, target, query) };
}

/** A path that is no text is about nothing that is served. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function readTarget(parts: readonly string[]): Target | undefined {
  const isCore = parts[0] === "api";
  if (!isCore && parts[0] !== "apis") return undefined;
  const [group, version, rest] = isCore
    ? ["", parts[1] ?? "", parts.slice(2)]
    : [parts[1] ?? "", parts[2] ?? "", parts.slice(3)];
  if (rest.length === 0) return undefined;
  // `namespaces/a` and its subresources are about the namespace itself; anything longer is about what is in it.
  const isInside = rest[0] === "namespaces" && rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] ?? "");
  const [resource = "", name = "", subresource = ""] = isInside ? rest.slice(2) : rest;
  const namespace = isInside ? (rest[1] ?? "") : resource === "namespaces" ? name : "";
  return { group, version, resource, name, subresource, namespace };
}

const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(["status", "finalize"]);

function verbOf(method: string, { name }: Target, query: URLSearchParams): string {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === "" ? "deletecollection" : "delete";
    case "GET":
    case "HEAD":
      if (isTrue(query.get("watch"))) return "watch";
      return name === "" ? "list" : "get";
    default:
      return method.toLowerCase();
  }
}

/** apimachinery's Convert_Slice_string_To_bool: only a missing parameter, "0" and "false" are false. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}
