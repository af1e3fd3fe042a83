import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { ApiAccess } from "./api-access.ts";
import { ApiFault, ApiRefused, messageOf } from "./api-fault.ts";
import { plainKubeconfigAccess } from "./plain-kubeconfig.ts";

/** Where there is no kubeconfig at all; nobody serves the API there any more. */
const CLIENT_NODES_GUESS = "http://localhost:8080";

/**
 * The way that a kubeconfig describes; without a path, that which kubectl would go. Throws ApiRefused where it leads
 * nowhere. Of client-node only this is used (every way to log in, proxies, certificates), where there is need of it: its generated API would keep
 * whole objects, and its watch knows neither pages nor bookmarks.
 */
export async function kubeconfigAccess(path: string | undefined): Promise<ApiAccess> {
  const plain = path === undefined ? undefined : await plainKubeconfigAccess(path);
  if (plain !== undefined) return plain;
  const name = path === undefined ? "kubeconfig" : `--kubeconfig ${path}`;
  const config = await readConfig(path, name);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new ApiRefused(`${name}: its current context names no cluster`);
  if (!URL.canParse(server)) throw new ApiRefused(`${name}: ${server} is not the URL of an API server`);
  await authenticated(config).catch((error: unknown) => {
    throw new ApiRefused(`${name}: ${messageOf(error)}`, { cause: error });
  });
  const requestOptions = (): Promise<RequestOptions> =>
    authenticated(config).catch((error: unknown) => {
      // A program that logs in may fail now and then.
      throw new ApiFault(`${name}: ${messageOf(error)}`, undefined, error);
    });
  return { server, requestOptions };
}

async function readConfig(path: string | undefined, name: string): Promise<KubeConfig> {
  const client = await import("@kubernetes/client-node/dist/config.js");
  const config = new client.KubeConfig();
  try {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    throw new ApiRefused(`${name}: ${messageOf(error)}`, { cause: error });
  }
  if (path === undefined && config.getCurrentCluster()?.server === CLIENT_NODES_GUESS)
    throw new ApiRefused("no kubeconfig: give --kubeconfig, or set KUBECONFIG");
  return config;
}

/** Programs that log in give short-lived tokens. */
async function authenticated(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}
