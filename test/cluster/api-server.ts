/**
 * An API server over plain HTTP, as much of one as list and watch need: pages, resource versions, bookmarks,
 * 410 Gone for what it has forgotten, and faults on demand.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { API_KINDS, type ApiKind, pathOf } from "../../src/cluster/api/api-kind.ts";

type Json = Readonly<Record<string, unknown>>;
interface Stored extends Json {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion: string };
}
interface Change {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: Stored;
}
interface Watcher {
  readonly kind: ApiKind;
  readonly response: ServerResponse;
}

export class ApiServer {
  readonly #server: Server;
  readonly #objects = new Map<string, Stored>();
  #changes: Change[] = [];
  #watchers: Watcher[] = [];
  #version = 100;
  /** Versions up to this are forgotten. */
  #forgotten = 0;
  /** Status to answer with, by resource; "*" for all. */
  readonly faults = new Map<string, number>();
  /** Paths asked for, with their queries. */
  readonly asked: string[] = [];
  readonly tokens = new Set<string | undefined>();
  port = 0;

  constructor(objects: readonly object[] = []) {
    this.#server = createServer((request, response) => this.#answer(request, response));
    for (const object of objects) this.put(object);
  }

  async start(): Promise<this> {
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Takes all connections with it, as a crash would; start() brings it back at the same port. */
  async stop(): Promise<void> {
    this.#watchers = [];
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  put(given: object): void {
    const key = keyOf(given as Stored);
    const type = this.#objects.has(key) ? "MODIFIED" : "ADDED";
    const object = this.#next(given as Stored);
    this.#objects.set(key, object);
    this.#tell({ version: this.#version, type, object });
  }

  remove(given: object): void {
    const object = this.#next(given as Stored);
    this.#objects.delete(keyOf(object));
    this.#tell({ version: this.#version, type: "DELETED", object });
  }

  /** From now on nobody can go on from an earlier version. */
  forget(): void {
    this.#changes = [];
    this.#version += 1;
    this.#forgotten = this.#version;
  }

  bookmark(): void {
    this.#version += 1;
    for (const { kind, response } of this.#watchers) {
      const metadata = { resourceVersion: String(this.#version) };
      response.write(line("BOOKMARK", { kind: kind.kind, apiVersion: kind.apiVersion, metadata }));
    }
  }

  /** Ends watches: in order, as servers do after some time, or by cutting the connection. */
  endWatches(how: "in order" | "cut" | "in the middle of a line"): void {
    for (const { response } of this.#watchers) {
      if (how === "in order") response.end();
      else if (how === "cut") response.destroy();
      else response.write('{"type":"ADDED","object":{"metadata":{"na', () => response.destroy());
    }
    this.#watchers = [];
  }

  /** How many watches are open. */
  get watches(): number {
    return this.#watchers.length;
  }

  kubeconfig(): string {
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "here",
      contexts: [{ name: "here", context: { cluster: "here", user: "me" } }],
      // client-node sends credentials over plain HTTP only where it is told that this is no matter.
      clusters: [
        { name: "here", cluster: { server: `http://127.0.0.1:${this.port}`, "insecure-skip-tls-verify": true } },
      ],
      users: [{ name: "me", user: { token: "not-a-secret" } }],
    });
  }

  #next(given: Stored): Stored {
    this.#version += 1;
    return { ...given, metadata: { ...given.metadata, resourceVersion: String(this.#version) } };
  }

  #tell(change: Change): void {
    this.#changes.push(change);
    for (const { kind, response } of this.#watchers)
      if (isOf(kind, change.object)) response.write(line(change.type, change.object));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", "http://x");
    this.asked.push(request.url ?? "");
    this.tokens.add(request.headers.authorization);
    const kind = API_KINDS.find((candidate) => pathOf(candidate) === url.pathname);
    if (kind === undefined) return send(response, discovery(url.pathname));
    const fault = this.faults.get(kind.resource) ?? this.faults.get("*");
    if (fault !== undefined) return send(response, status(fault, `${kind.resource} is not for you`));
    if (url.searchParams.has("watch")) this.#watch(kind, Number(url.searchParams.get("resourceVersion")), response);
    else send(response, this.#list(kind, url.searchParams));
  }

  #list(kind: ApiKind, query: URLSearchParams): Json {
    const all = [...this.#objects.values()].filter((object) => isOf(kind, object));
    const limit = Number(query.get("limit") ?? 0) || all.length;
    const [from = 0, version = this.#version] = (query.get("continue") ?? "").split("/").filter(Boolean).map(Number);
    if (version < this.#forgotten) return status(410, "the provided continue parameter is too old");
    const rest = all.length > from + limit ? { continue: `${from + limit}/${version}` } : {};
    // Items of a list name no kind of their own.
    const items = all
      .slice(from, from + limit)
      .map((object) => ({ ...object, apiVersion: undefined, kind: undefined }));
    const metadata = { resourceVersion: String(version), ...rest };
    return { kind: `${kind.kind}List`, apiVersion: kind.apiVersion, metadata, items };
  }

  #watch(kind: ApiKind, since: number, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/json" });
    if (since < this.#forgotten) {
      response.end(line("ERROR", status(410, "too old resource version")));
      return;
    }
    response.flushHeaders();
    for (const { version, type, object } of this.#changes)
      if (version > since && isOf(kind, object)) response.write(line(type, object));
    this.#watchers.push({ kind, response });
  }
}

function isOf({ apiVersion, kind }: ApiKind, object: Stored): boolean {
  return object.apiVersion === apiVersion && object.kind === kind;
}

function keyOf({ apiVersion, kind, metadata }: Stored): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
}

function line(type: string, object: Json): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function status(code: number, message: string): Json {
  return { kind: "Status", apiVersion: "v1", status: "Failure", message, code };
}

function send(response: ServerResponse, body: Json): void {
  const code = body["kind"] === "Status" ? (body["code"] as number) : 200;
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** What kubectl asks before it asks for objects. */
function discovery(path: string): Json {
  const versions = [...new Set(API_KINDS.map(({ apiVersion }) => apiVersion))];
  const groups = versions
    .filter((version) => version !== "v1")
    .map((groupVersion) => {
      const [name = "", version = ""] = groupVersion.split("/");
      return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
    });
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups };
  const groupVersion = versions.find((version) => path === (version === "v1" ? "/api/v1" : `/apis/${version}`));
  if (groupVersion === undefined) return status(404, `nothing at ${path}`);
  const resources = API_KINDS.filter(({ apiVersion }) => apiVersion === groupVersion).map(({ kind, resource }) => ({
    name: resource,
    singularName: kind.toLowerCase(),
    namespaced: kind !== "Node" && kind !== "Namespace",
    kind,
    verbs: ["list", "watch", "get"],
  }));
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}
