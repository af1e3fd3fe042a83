import { type IncomingMessage, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
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
  return {
    server: access.server,
    open: async (path, idleMs, signal) => {
      const { headers, ...options } = await access.requestOptions();
      const own = { accept: "application/json", "user-agent": "weir" };
      return get(base + path, { ...options, headers: { ...(headers as object), ...own }, signal }, idleMs);
    },
  };
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

async function get(url: string, options: RequestOptions, idleMs: number): Promise<IncomingMessage> {
  const response = await respond(url, options, idleMs);
  if (response.statusCode === 200) return response;
  const body = await text(response).catch(() => "");
  throw new ApiFault(`${response.statusCode}: ${reasonIn(body)}`, response.statusCode);
}

function respond(url: string, options: RequestOptions, idleMs: number): Promise<IncomingMessage> {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = request(url, options, resolve);
    asked.setTimeout(idleMs, () => asked.destroy(new Error("silent for too long")));
    asked.once("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    asked.on("error", (error) => reject(new ApiFault(messageOf(error), undefined, error)));
    asked.end();
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
