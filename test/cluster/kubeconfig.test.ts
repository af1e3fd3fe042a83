import { writeFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import t, { type Test } from "tap";
import { kubeconfigAccess } from "../../src/cluster/api/kubeconfig.ts";
import { plainKubeconfigAccess } from "../../src/cluster/api/plain-kubeconfig.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const trusted = { server: "https://192.0.2.1:6443", "certificate-authority-data": base64("an authority") };

function kubeconfig(t: Test, cluster: object, user: object): string {
  const folder = t.testdir({
    pki: { "ca.crt": "an authority in a file", "me.crt": "a certificate", "me.key": "a key" },
  });
  const path = join(folder, "kubeconfig");
  const contexts = [{ name: "here", context: { cluster: "one", user: "me" } }];
  const clusters = [{ name: "one", cluster }];
  const users = [{ name: "me", user }];
  writeFileSync(path, JSON.stringify({ "current-context": "here", contexts, clusters, users }));
  return path;
}

/** Certificates and keys are buffers of either maker's choice. */
function textOf(value: unknown): string | undefined {
  return Buffer.isBuffer(value) ? value.toString() : (value as string | undefined);
}

/** What of it goes to the server. */
function said({ ca, cert, key, auth, servername, rejectUnauthorized, headers }: RequestOptions): object {
  const [authorization] = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    name.toLowerCase() === "authorization" ? [value] : [],
  );
  return { ca: textOf(ca), cert: textOf(cert), key: textOf(key), auth, servername, rejectUnauthorized, authorization };
}

const plain = {
  "a token": [trusted, { token: "t" }],
  "certificates in the file": [trusted, { "client-certificate-data": base64("c"), "client-key-data": base64("k") }],
  "certificates beside the file": [
    { server: "https://192.0.2.1:6443", "certificate-authority": "pki/ca.crt" },
    { "client-certificate": "pki/me.crt", "client-key": "pki/me.key" },
  ],
  "a password": [trusted, { username: "me", password: "p" }],
  "another name in the server's certificate": [{ ...trusted, "tls-server-name": "api" }, { token: "t" }],
  "nobody's certificate checked": [{ server: "http://192.0.2.1", "insecure-skip-tls-verify": true }, { token: "t" }],
} as const;

for (const [name, [cluster, user]] of Object.entries(plain))
  await t.test(`a kubeconfig with ${name} is read as client-node reads it`, async (t) => {
    const path = kubeconfig(t, cluster, user);
    const config = new KubeConfig();
    config.loadFromFile(path);
    const theirs: RequestOptions = {};
    await config.applyToHTTPSOptions(theirs);
    const access = await plainKubeconfigAccess(path);
    t.equal(access?.server, config.getCurrentCluster()?.server);
    t.strictSame(said((await access?.requestOptions()) ?? {}), said(theirs));
  });

const logIn = {
  apiVersion: "client.authentication.k8s.io/v1",
  command: "echo",
  args: ['{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"of a program"}}'],
};

const others = {
  "a program to log in": [trusted, { exec: logIn }],
  "a proxy": [{ ...trusted, "proxy-url": "http://192.0.2.9:3128" }, { token: "t" }],
  "another's name": [trusted, { token: "t", as: "somebody" }],
  "credentials in the clear": [{ server: "http://192.0.2.1" }, { token: "t" }],
  "a certificate that can't be read": [trusted, { "client-certificate": "missing.crt" }],
} as const;

for (const [name, [cluster, user]] of Object.entries(others))
  await t.test(`a kubeconfig with ${name} is left to client-node`, async (t) => {
    t.equal(await plainKubeconfigAccess(kubeconfig(t, cluster, user)), undefined);
  });

await t.test("a program to log in is asked for a token", async (t) => {
  const access = await kubeconfigAccess(kubeconfig(t, trusted, { exec: logIn }));
  t.match(said(await access.requestOptions()), { authorization: "Bearer of a program" });
});
