import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { dirname, resolve } from "node:path";
import type { Cluster, User } from "@kubernetes/client-node/dist/config_types.js";
import { parse } from "yaml";
import type { ApiAccess } from "./api-access.ts";
import { ApiFault } from "./api-fault.ts";

interface Plain {
  readonly cluster: Cluster;
  readonly user: User;
  /** What relative paths in the file start from. */
  readonly folder: string;
}

/**
 * The way of a kubeconfig that says all by itself: a token, a password or certificates, in it or in files beside it.
 * Undefined where it takes a program to log in, a proxy or another's name, and where anything is wrong: those are
 * client-node's, which costs 45 MiB of resident memory for as long as the agent lives.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
export async function plainKubeconfigAccess(path: string): Promise<ApiAccess | undefined> {
  const plain = await readPlain(path).catch(() => undefined);
  if (plain === undefined || !(await canRead(plain))) return undefined;
  return { server: plain.cluster.server, requestOptions: () => requestOptions(plain) };
}

async function readPlain(path: string): Promise<Plain | undefined> {
  const { newClusters, newContexts, newUsers } = await import("@kubernetes/client-node/dist/config_types.js");
  const config = parse(await readFile(path, "utf8")) as Readonly<Record<string, unknown>>;
  const context = newContexts(config["contexts"]).find(({ name }) => name === config["current-context"]);
  const cluster = newClusters(config["clusters"]).find(({ name }) => name === context?.cluster);
  const user = newUsers(config["users"]).find(({ name }) => name === context?.user);
  if (cluster === undefined || user === undefined || !isPlain(cluster, user)) return undefined;
  return { cluster, user, folder: dirname(path) };
}

/** client-node refuses what is not encrypted unless that is said to be meant. */
function isPlain({ server, proxyUrl, skipTLSVerify }: Cluster, user: User): boolean {
  const needsMore = [proxyUrl, user.exec, user.authProvider, user.impersonateUser];
  const isAllowed = URL.canParse(server) && (server.startsWith("https:") || skipTLSVerify);
  return isAllowed && needsMore.every((value) => value === undefined || value === null);
}

async function canRead(plain: Plain): Promise<boolean> {
  return requestOptions(plain).then(
    () => true,
    () => false,
  );
}

/** Files are read for each request: certificates are renewed while weir runs. */
async function requestOptions({ cluster, user, folder }: Plain): Promise<RequestOptions> {
  const [ca, cert, key] = await Promise.all([
    contents(folder, cluster.caFile, cluster.caData),
    contents(folder, user.certFile, user.certData),
    contents(folder, user.keyFile, user.keyData),
  ]);
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(cluster.tlsServerName && { servername: cluster.tlsServerName }),
    ...(cluster.skipTLSVerify && { rejectUnauthorized: false }),
    ...(user.username && { auth: `${user.username}:${user.password ?? ""}` }),
    headers: user.token ? { authorization: `Bearer ${user.token}` } : {},
  };
}

/** As kubectl has it, data that stand in the kubeconfig itself count before a file's. */
async function contents(folder: string, file?: string, base64?: string): Promise<Buffer | undefined> {
  if (base64) return Buffer.from(base64, "base64");
  if (!file) return undefined;
  return readFile(resolve(folder, file)).catch((error: unknown) => {
    throw new ApiFault(`kubeconfig: ${String(error)}`, undefined, error);
  });
}
