/**
 * A Kubernetes API server of the tests' own: in come HTTP requests, out go the answers that a real one would give,
 * from objects held in memory; no controller, scheduler or kubelet acts on them. What it knows of the rules is in the
 * folders beside this file; see `Settings` for what is off unless it is asked for.
 */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { TokenBook } from "./access/token-book.ts";
import type { ApiContext } from "./api-context.ts";
import { FaultBook } from "./fault/fault-book.ts";
import { handleRequest } from "./handle-request.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { Watches } from "./read/watches.ts";
import { RequestCounts } from "./request-counts.ts";
import { registerDefinition } from "./resource/register-definition.ts";
import { ResourceRegistry } from "./resource/resource-registry.ts";
import type { ApiResource } from "./resource/api-resource.ts";
import { SchemaBook } from "./schema/schema-book.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import type { ApiObject } from "./store/api-object.ts";
import { ObjectStore } from "./store/object-store.ts";
import type { ServerCertificate } from "./tls/self-signed.ts";

export interface ApiServerOptions extends Partial<Settings> {
  /** Plain HTTP where it is left out. */
  readonly tls?: ServerCertificate;
}

const SYSTEM_NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"] as const;

export class ApiServer {
  /** What is to go wrong. */
  readonly faults = new FaultBook();
  readonly counts = new RequestCounts();
  readonly context: ApiContext;
  readonly #tls: ServerCertificate | undefined;
  #server: Server | undefined;
  /** 0 for any that is free; start() sets it, and comes back to it. */
  port = 0;

  constructor(objects: readonly object[] = [], { tls, ...settings }: ApiServerOptions = {}) {
    const all = { ...defaultSettings, ...settings };
    this.#tls = tls;
    this.context = {
      store: new ObjectStore(all.mostChanges),
      resources: new ResourceRegistry(),
      schemas: new SchemaBook(),
      watches: new Watches(),
      tokens: new TokenBook(all.now),
      settings: all,
    };
    if (all.hasNamespaces) for (const name of SYSTEM_NAMESPACES) this.put(namespace(name));
    for (const object of objects) this.put(object);
  }

  async start(): Promise<this> {
    const listener: RequestListener = (request, response) => {
      const front = { context: this.context, faults: this.faults, counts: this.counts };
      // What is thrown here is our own fault, and a test must fail by it.
      void handleRequest(front, request, response);
    };
    this.#server = this.#tls === undefined ? createServer(listener) : createTlsServer(this.#tls, listener);
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Takes all connections with it, as a crash would; start() brings it back at the same port. */
  async stop(): Promise<void> {
    if (this.#server === undefined) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    this.#server = undefined;
    await closed;
  }

  get url(): string {
    return `${this.#tls === undefined ? "http" : "https"}://127.0.0.1:${this.port}`;
  }

  kubeconfig(options: { readonly token?: string; readonly namespace?: string } = {}): string {
    return kubeconfigOf({ url: this.url, ...(this.#tls && { ca: this.#tls.ca }), ...options });
  }

  /** Stores an object as it is, unchecked: also one that the API would refuse. */
  put(object: object): void {
    const given = object as ApiObject;
    const resource = this.#resourceOf(given);
    registerDefinition(this.context, resource, this.context.store.put(resource, given));
  }

  remove(object: object): void {
    const { metadata, ...rest } = object as ApiObject;
    const resource = this.#resourceOf({ metadata, ...rest });
    const stored = this.context.store.get(resource, metadata.namespace ?? "", metadata.name);
    if (stored !== undefined)
      registerDefinition(this.context, resource, this.context.store.remove(resource, stored), true);
  }

  /** From now on nobody can go on from an earlier version. */
  forget(): void {
    this.context.store.forget();
  }

  /** Tells all watches that allow it how far they are. */
  bookmark(): void {
    this.context.store.advance();
    this.context.watches.bookmark();
  }

  endWatches(how: "in order" | "cut" | "in the middle of a line"): void {
    this.context.watches.end(how);
  }

  /** How many watches are open. */
  get watches(): number {
    return this.context.watches.count();
  }

  /** Paths that were asked for, with their queries. */
  get asked(): readonly string[] {
    return this.counts.seen.map(({ url }) => url);
  }

  #resourceOf({ apiVersion, kind }: ApiObject): ApiResource {
    const resource = this.context.resources.byKind(apiVersion, kind);
    if (resource === undefined) throw new Error(`the API server serves no ${apiVersion} ${kind}`);
    return resource;
  }
}

function namespace(name: string): object {
  const labels = { "kubernetes.io/metadata.name": name };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels }, spec: {}, status: { phase: "Active" } };
}
