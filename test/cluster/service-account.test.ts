import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import t, { type Test } from "tap";
import { connectApi } from "../../src/cluster/api/connect-api.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { selfSigned } from "../api-server/tls/self-signed.ts";
import { pod } from "./builders.ts";

/** What the kubelet gives to a pod: two variables, and a folder of files. */
async function mounted(t: Test): Promise<{ readonly server: ApiServer; readonly folder: string }> {
  const tls = selfSigned();
  const server = await new ApiServer([pod("a")], { tls }).start();
  t.teardown(() => server.stop());
  const folder = t.testdir({ token: "first\n", "ca.crt": tls.ca });
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  Object.assign(process.env, { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(server.port) });
  t.teardown(() => {
    delete process.env["KUBERNETES_SERVICE_HOST"];
    delete process.env["KUBERNETES_SERVICE_PORT"];
    if (host !== undefined)
      Object.assign(process.env, { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port });
  });
  return { server, folder };
}

const signal = new AbortController().signal;

await t.test("a token that the kubelet renewed is sent with the next request, over TLS", async (t) => {
  const { server, folder } = await mounted(t);
  const connection = await connectApi({ kind: "service account", folder });
  t.match(JSON.parse(await text(await connection.open("/api/v1/pods", 1_000, signal))), { kind: "PodList" });
  writeFileSync(join(folder, "token"), "second");
  await text(await connection.open("/api/v1/pods", 1_000, signal));
  t.strictSame(
    server.counts.seen.map(({ authorization }) => authorization),
    ["Bearer first", "Bearer second"],
  );
});

await t.test("a server whose certificate the mounted authority did not sign is not told the token", async (t) => {
  const { server, folder } = await mounted(t);
  writeFileSync(join(folder, "ca.crt"), selfSigned().ca);
  const connection = await connectApi({ kind: "service account", folder });
  await t.rejects(connection.open("/api/v1/pods", 1_000, signal), { name: "ApiFault", status: undefined });
  t.strictSame(server.counts.seen, []);
});

await t.test("a mount that can't be read for a while is a fault that passes", async (t) => {
  const { folder } = await mounted(t);
  const connection = await connectApi({ kind: "service account", folder: join(folder, "later") });
  await t.rejects(connection.open("/api/v1/pods", 1_000, signal), { name: "ApiFault", isForGood: false });
});
