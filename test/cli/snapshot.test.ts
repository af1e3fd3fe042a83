import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { parse } from "yaml";
import { readClusterFiles } from "../../src/cluster/file/cluster-files.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { weir } from "./run.ts";

const shopFile = new URL("../cluster/files/shop.yaml", import.meta.url);
const shop = parse(readFileSync(shopFile, "utf8")) as { readonly items: readonly object[] };

async function serve(t: Test): Promise<{ server: ApiServer; kubeconfig: string }> {
  const secret = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "shop",
      name: "secretive",
      annotations: { note: "TOP-SECRET-1" },
      managedFields: [{ manager: "TOP-SECRET-2" }],
    },
    spec: {
      nodeName: "node-1",
      containers: [
        {
          name: "main",
          command: ["TOP-SECRET-3"],
          env: [{ name: "PASSWORD", value: "TOP-SECRET-4" }],
          ports: [{ containerPort: 80 }],
        },
      ],
    },
    status: { phase: "Running", podIP: "10.244.1.99" },
  };
  const server = await new ApiServer([...shop.items, secret]).start();
  t.teardown(() => server.stop());
  const kubeconfig = join(t.testdir(), "kubeconfig");
  writeFileSync(kubeconfig, server.kubeconfig());
  return { server, kubeconfig };
}

function sorted(path: string): string[] {
  return readClusterFiles([path])
    .filter(({ metadata }) => metadata.name !== "secretive")
    .map((object) => JSON.stringify(object))
    .sort();
}

await t.test("a snapshot is a cluster file that says the same, without secrets", async (t) => {
  const { kubeconfig } = await serve(t);
  const { status, stdout, stderr } = await weir(["snapshot", "--kubeconfig", kubeconfig]);
  t.strictSame([status, stderr], [0, ""]);
  t.notMatch(stdout, /SECRET-|annotations|managedFields|env:|command/u);
  const file = join(t.testdirName, "snapshot.yaml");
  writeFileSync(file, stdout);
  t.strictSame(sorted(file), sorted(shopFile.pathname));
});

await t.test("without --kubeconfig it looks where kubectl does", async (t) => {
  const { kubeconfig } = await serve(t);
  const { status, stdout } = await weir(["snapshot"], { env: { KUBECONFIG: kubeconfig } });
  t.strictSame([status, (parse(stdout) as typeof shop).items.length > 10], [0, true]);
});

await t.test("kinds that may not be read are said and left out; without pods there is no snapshot", async (t) => {
  const { server, kubeconfig } = await serve(t);
  server.faults.set("networkpolicies", 403);
  const some = await weir(["snapshot", "--kubeconfig", kubeconfig]);
  t.equal(some.status, 0);
  t.match(some.stderr, /^weir: networkpolicies may not be read: 403: [^\n]+\n$/u);
  server.faults.set("pods", 403);
  const none = await weir(["snapshot", "--kubeconfig", kubeconfig]);
  t.strictSame([none.status, none.stdout], [2, ""]);
  t.match(none.stderr, /weir: http:\/\/127\.0\.0\.1:\d+: 403: [^\n]+\n$/u);
});

await t.test("a server that is not there, and a missing kubeconfig, are one line and exit status 2", async (t) => {
  const { server, kubeconfig } = await serve(t);
  const missing = await weir(["snapshot", "--kubeconfig", "/nowhere/kubeconfig"]);
  t.strictSame([missing.status, missing.stdout], [2, ""]);
  const none = await weir(["snapshot"], { env: { KUBECONFIG: "", HOME: "/nowhere" } });
  t.strictSame([none.status, none.stderr], [2, "weir: no kubeconfig: give --kubeconfig, or set KUBECONFIG\n"]);
  t.match(missing.stderr, /^weir: --kubeconfig \/nowhere\/kubeconfig: [^\n]*ENOENT[^\n]*\n$/u);
  const away = new ApiServer();
  await away.start();
  await away.stop();
  writeFileSync(kubeconfig, away.kubeconfig());
  const refused = await weir(["snapshot", "--kubeconfig", kubeconfig]);
  t.equal(refused.status, 2);
  t.match(refused.stderr, /^weir: http:\/\/127\.0\.0\.1:\d+: [^\n]*ECONNREFUSED[^\n]*\n$/u);
  t.ok(server.port);
});

const skip = spawnSync("kubectl", ["version", "--client"]).error === undefined ? false : "kubectl is not installed";

await t.test("kubectl reads the same objects from the tests' own API server", { skip }, async (t) => {
  const { kubeconfig } = await serve(t);
  const args = [
    "get",
    "pods,services,networkpolicies",
    "-A",
    "-o",
    "json",
    "--cache-dir",
    join(t.testdirName, "cache"),
  ];
  const kubectl = spawn("kubectl", args, { env: { ...process.env, KUBECONFIG: kubeconfig } });
  const [out, problems] = await Promise.all([kubectl.stdout, kubectl.stderr].map((stream) => stream.toArray()));
  t.equal(Buffer.concat(problems as Buffer[]).toString(), "");
  const { items } = JSON.parse(Buffer.concat(out as Buffer[]).toString()) as typeof shop;
  const kinds = new Set(items.map((item) => (item as { kind: string }).kind));
  t.strictSame([...kinds], ["Pod", "Service", "NetworkPolicy"]);
});
