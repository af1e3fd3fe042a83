import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { ApiAccess } from "./api-access.ts";
import { ApiFault, ApiRefused } from "./api-fault.ts";

/** Where the kubelet mounts a pod's token, and the certificate that the API server's is signed by. */
const MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Whether this process runs in a pod that has a service account. */
export function isInPod(): boolean {
  return process.env["KUBERNETES_SERVICE_HOST"] !== undefined && existsSync(join(MOUNT, "token"));
}

/**
 * The way from a pod to its API server: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/.
 * It is three files and two variables, for which client-node would take 30 MiB of every node's memory. The kubelet
 * renews the token when four fifths of its hour are over, so that it is read for each request.
 */
export function serviceAccountAccess(folder = MOUNT): ApiAccess {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = process.env;
  if (host === undefined || host === "") throw new ApiRefused("service account: KUBERNETES_SERVICE_HOST is not set");
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return { server, requestOptions: () => requestOptions(folder) };
}

/** A mount that can't be read just now is tried again, as a server is that does not answer. */
async function requestOptions(folder: string): Promise<{ ca: string; headers: { authorization: string } }> {
  try {
    const [token, ca] = await Promise.all(["token", "ca.crt"].map((name) => readFile(join(folder, name), "utf8")));
    return { ca: ca ?? "", headers: { authorization: `Bearer ${token?.trim()}` } };
  } catch (error) {
    throw new ApiFault(`service account: ${String(error)}`, undefined, error);
  }
}
