import { type IncomingMessage, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { json, text } from "node:stream/consumers";
import type { ApiAccess } from "./api-access.ts";
import { ApiFault, messageOf } from "./api-fault.ts";
import { kubeconfigAccess } from "./kubeconfig.ts";
import { serviceAccountAccess } from "./service-account.ts";

/** Where the address of an API server and the right to ask it come from. */
export type ApiCredentials =
  | { readonly kind: "kubeconfig"; readonly path: string }
  /** Where kubectl looks: $KUBECONFIG, then ~/.kube/config, then the pod's service account. */
  | { readonly kind: "default" }
  /** `folder` is where its token and certificate are mounted, if not where the kubelet does. */
  | { readonly kind: "service account"; readonly folder?: string };

export interface ApiConnection {
  readonly server: string;
  /**
   * Begins a GET. Throws ApiFault for everything but 200, and where nothing comes for `idleMs`, which holds for
   * the stream of the answer too.
   */
  readonly open: (path: string, idleMs: number, signal: AbortSignal) => Promise<IncomingMessage>;
  /** Sends a request and gives its answer. Throws ApiFault for every status but 2xx, and for an answer that is no JSON. */
  readonly send: (request: ApiRequest, idleMs: number, signal: AbortSignal) => Promise<unknown>;
}

/** A request that is answered at once, and whole. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the root of the API, its query included. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What kind of JSON it is, `application/json` if not said: a PATCH says by it how it is meant. */
  readonly contentType?: string;
  /** What kind of answer is wanted, `application/json` if not said. */
  readonly accept?: string;
}

/** Dead peers are noticed sooner than by the time that a watch may be silent. */
const KEEP_ALIVE_MS = 30_000;
/** Of the answer to a refused request, for the log. */
const MAX_REASON = 300;

/** Reads credentials; asks nothing yet. Throws ApiRefused where they can't be used. */
export async function connectApi(credentials: ApiCredentials): Promise<ApiConnection> {
  const access = await accessOf(credentials);
  // A path in the server's URL (Rancher, a proxy) stays in front.
  const base = access.server.replace(/\/+$/u, "");
  const ask = async (url: string, asked: Asked, signal: AbortSignal): Promise<IncomingMessage> => {
    const { headers, ...options } = await access.requestOptions();
    const own = { accept: "application/json", "user-agent": "weir", ...asked.headers };
    const { method = "GET" } = asked;
    return askOnce(url, { ...options, method, headers: { ...(headers as object), ...own }, signal }, asked);
  };
  return {
    server: access.server,
    open: (path, idleMs, signal) => ask(base + path, { idleMs }, signal),
    send: async ({ method, path, body, contentType = "application/json", accept = "application/json" }, ...rest) => {
      const [idleMs, signal] = rest;
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      const headers = { accept, ...(body !== undefined && { "content-type": contentType }) };
      const response = await ask(base + path, { method, idleMs, headers, ...content }, signal);
      return json(response).catch((error: unknown) => {
        throw new ApiFault(`the answer to ${method} ${path} is no JSON`, undefined, error);
      });
    },
  };
}

/** What of a request is not the connection's. */
interface Asked {
  readonly method?: ApiRequest["method"];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly idleMs: number;
}

function accessOf(credentials: ApiCredentials): ApiAccess | Promise<ApiAccess> {
  switch (credentials.kind) {
    case "kubeconfig":
      return kubeconfigAccess(credentials.path);
    case "default":
      return kubeconfigAccess(undefined);
    case "service account":
      return serviceAccountAccess(credentials.folder);
  }
}

async function askOnce(url: string, options: RequestOptions, asked: Asked): Promise<IncomingMessage> {
  const response = await respond(url, options, asked);
  const { statusCode = 0 } = response;
  // A question is answered by 200 alone: what else is a success there has no answer in it.
  if (asked.method === undefined ? statusCode === 200 : statusCode >= 200 && statusCode < 300) return response;
  const body = await text(response).catch(() => "");
  throw new ApiFault(`${statusCode}: ${reasonIn(body)}`, statusCode);
}

function respond(url: string, options: RequestOptions, { idleMs, body }: Asked): Promise<IncomingMessage> {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = request(url, options, resolve);
    asked.setTimeout(idleMs, () => asked.destroy(new Error("silent for too long")));
    asked.once("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    asked.on("error", (error) => reject(new ApiFault(messageOf(error), undefined, error)));
    asked.end(body);
  });
}

/** The message of a meta/v1 Status, or the beginning of whatever else it is. */
function reasonIn(body: string): string {
  try {
    return String((JSON.parse(body) as { readonly message?: unknown }).message).slice(0, MAX_REASON);
  } catch {
    return body.slice(0, MAX_REASON).replaceAll(/\s+/gu, " ");
  }
}
