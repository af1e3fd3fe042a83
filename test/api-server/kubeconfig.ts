export interface KubeconfigOptions {
  readonly url: string;
  readonly ca?: string;
  readonly token?: string;
  readonly namespace?: string;
}

/** A kubeconfig, as JSON, which is YAML. */
export function kubeconfigOf({ url, ca, token = "not-a-secret", namespace = "default" }: KubeconfigOptions): string {
  // client-node sends credentials over plain HTTP only where it is told that this is no matter.
  const trust =
    ca === undefined
      ? { "insecure-skip-tls-verify": true }
      : { "certificate-authority-data": Buffer.from(ca).toString("base64") };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "here", user: "me", namespace } }],
    clusters: [{ name: "here", cluster: { server: url, ...trust } }],
    users: [{ name: "me", user: { token } }],
  });
}
