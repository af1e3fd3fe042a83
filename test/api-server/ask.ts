import type { Test } from "tap";
import { ApiServer, type ApiServerOptions } from "./api-server.ts";
import type { JsonObject } from "./json-object.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

export interface AskOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `GET /api/v1/pods`; a body goes as JSON unless a content type says otherwise. */
export async function ask(server: ApiServer, what: string, { body, headers = {} }: AskOptions = {}): Promise<Reply> {
  const [method = "GET", path = "/"] = what.split(" ");
  const own = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const type = body === undefined || "content-type" in headers ? {} : { "content-type": "application/json" };
  const response = await fetch(server.url + path, { method, headers: { ...type, ...headers }, ...own });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as JsonObject };
}

/** A server for one test. */
export async function serve(
  t: Test,
  objects: readonly object[] = [],
  options: ApiServerOptions = {},
): Promise<ApiServer> {
  const server = await new ApiServer(objects, options).start();
  t.teardown(() => server.stop());
  return server;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: JsonObject;
}

/** Opens a watch; `next` gives its events one by one, undefined at its end. */
export async function watch(
  t: Test,
  server: ApiServer,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly next: () => Promise<WatchEvent | undefined>; readonly stop: () => void }> {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const response = await fetch(server.url + path, { signal: stop.signal, headers });
  const events = eventsOf(response.body ?? new ReadableStream());
  return { next: async () => (await events.next()).value as WatchEvent | undefined, stop: () => stop.abort() };
}

async function* eventsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<WatchEvent> {
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as WatchEvent;
  }
}

/** The names of a list's items. */
export function namesIn({ body }: Reply): readonly string[] {
  return (body["items"] as { readonly metadata: { readonly name: string } }[]).map(({ metadata }) => metadata.name);
}

export function pod(name: string, fields: JsonObject = {}): JsonObject {
  const { namespace = "shop", labels = {}, ...rest } = fields;
  const spec = { nodeName: "node-1", containers: [{ name: "main", image: "web" }] };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec,
    status: { phase: "Running" },
    ...rest,
  };
}
