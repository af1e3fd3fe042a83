import { existsSync } from "node:fs";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import { ApiFault, ApiRefused } from "./api-fault.ts";

/** Where the address of an API server and the right to ask it come from. */
export type ApiCredentials =
  | { readonly kind: "kubeconfig"; readonly path: string }
  /** Where kubectl looks: $KUBECONFIG, then ~/.kube/config, then the pod's service account. */
  | { readonly kind: "default" }
  | { readonly kind: "service account" };

export interface ApiConnection {
  readonly server: string;
  /**
   * Begins a GET. Throws ApiFault for everything but 200, and where nothing comes for `idleMs`, which holds for
   * the stream of the answer too.
   */
  readonly open: (path: string, idleMs: number, signal: AbortSignal) => Promise<IncomingMessage>;
}

/** The token that the kubelet mounts; client-node reads it again every minute, since it is renewed. */
const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";
/** Where there is no kubeconfig at all; nobody serves the API there any more. */
const CLIENT_NODES_GUESS = "http://localhost:8080";
/** Dead peers are noticed sooner than by the time that a watch may be silent. */
const KEEP_ALIVE_MS = 30_000;
/** Of the answer to a refused request, for the log. */
const MAX_REASON = 300;

/** Whether this process runs in a pod that has a service account. */
export function isInPod(): boolean {
  return process.env["KUBERNETES_SERVICE_HOST"] !== undefined && existsSync(SERVICE_ACCOUNT_TOKEN);
}

/**
 * Reads credentials; asks nothing yet. Throws ApiRefused where they can't be used. Of client-node only the
 * kubeconfig is used (every way to log in, proxies, certificates): its generated API would keep whole objects,
 * and its watch knows neither pages nor bookmarks.
 */
export async function connectApi(credentials: ApiCredentials): Promise<ApiConnection> {
  const config = await readConfig(credentials);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new ApiRefused(`${nameOf(credentials)}: its current context names no cluster`);
  if (!URL.canParse(server)) throw new ApiRefused(`${nameOf(credentials)}: ${server} is not the URL of an API server`);
  // A path in the server's URL (Rancher, a proxy) stays in front.
  const base = server.replace(/\/+$/u, "");
  await authenticated(config).catch((error: unknown) => {
    throw new ApiRefused(`${nameOf(credentials)}: ${messageOf(error)}`, { cause: error });
  });
  return {
    server,
    open: async (path, idleMs, signal) => get(base + path, await authenticated(config), idleMs, signal),
  };
}

async function readConfig(credentials: ApiCredentials): Promise<KubeConfig> {
  const client = await import("@kubernetes/client-node/dist/config.js");
  const config = new client.KubeConfig();
  try {
    if (credentials.kind === "service account") config.loadFromCluster();
    else if (credentials.kind === "kubeconfig") config.loadFromFile(credentials.path);
    else config.loadFromDefault();
  } catch (error) {
    throw new ApiRefused(`${nameOf(credentials)}: ${messageOf(error)}`, { cause: error });
  }
  if (credentials.kind === "default" && config.getCurrentCluster()?.server === CLIENT_NODES_GUESS)
    throw new ApiRefused("no kubeconfig: give --kubeconfig, or set KUBECONFIG");
  return config;
}

function nameOf(credentials: ApiCredentials): string {
  switch (credentials.kind) {
    case "kubeconfig":
      return `--kubeconfig ${credentials.path}`;
    case "default":
      return "kubeconfig";
    case "service account":
      return "service account";
  }
}

/** Anew for each request: tokens are renewed, and programs that log in give short-lived ones. */
async function authenticated(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = { headers: { accept: "application/json", "user-agent": "weir" } };
  await config.applyToHTTPSOptions(options);
  return options;
}

async function get(
  url: string,
  options: RequestOptions,
  idleMs: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const response = await respond(url, options, idleMs, signal);
  if (response.statusCode === 200) return response;
  const body = await text(response).catch(() => "");
  throw new ApiFault(`${response.statusCode}: ${reasonIn(body)}`, response.statusCode);
}

function respond(url: string, options: RequestOptions, idleMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...options, signal }, resolve);
    asked.setTimeout(idleMs, () => asked.destroy(new Error(`silent for ${idleMs / 1000} s`)));
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

/** Node's error for several addresses that all refused has no message of its own. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? ((error as NodeJS.ErrnoException).code ?? error.name) : error.message;
}
