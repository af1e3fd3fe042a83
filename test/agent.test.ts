/** The whole agent in this process, fed by a Unix socket: how it ends. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { runAgent } from "../src/agent.ts";
import type { AgentOptions } from "../src/cli/agent-command.ts";
import { noGivenRanges } from "../src/cluster/given-ranges.ts";
import type { FlowEvent } from "../src/flow/connection.ts";
import { writeEvent } from "../src/flow/event-line.ts";
import { JsonOctets } from "../src/flow/json-octets.ts";
import { edgeKey } from "../src/profile/edge.ts";
import { ProfileStore } from "../src/profile/profile-store.ts";
import { ApiServer } from "./api-server/api-server.ts";
import { ask } from "./api-server/ask.ts";
import { freePort } from "./chaos/agent-process.ts";
import { deployment, podOf } from "./cluster/builders.ts";
import { networkProfileDefinition } from "./daemonset/manifests.ts";
import { eventually } from "./demo/eventually.ts";
import { made } from "./profile/shop.ts";

const POD = "10.1.1.20";
const EDGE = "egress|external/203.0.113.7|TCP|443";

/** A folder with a short name: a Unix socket's has 107 octets at most. */
function shortFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Plays capture: what it gives tells an event to the agent that has come. */
async function capture(t: Test, path: string): Promise<(event: FlowEvent) => void> {
  const json = new JsonOctets(64 * 1024);
  let agent: Socket | undefined;
  const feed = createServer((socket) => (agent = socket.on("error", () => undefined)));
  feed.listen(path);
  t.teardown(() => feed.close());
  await once(feed, "listening");
  return (event) => {
    writeEvent(event, json);
    agent!.write(Buffer.from(json.octets.subarray(0, json.end)));
    json.end = 0;
  };
}

async function apiServer(t: Test): Promise<ApiServer> {
  const objects = [
    networkProfileDefinition,
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    ...deployment("javaapp", { app: "javaapp" }),
    podOf("javaapp", "0", { ip: POD, node: "n1", start: "12:00:00", running: "12:00:01" }),
  ];
  const server = await new ApiServer(objects).start();
  t.teardown(() => server.stop());
  return server;
}

function optionsOf(folder: string, port: number): AgentOptions {
  return {
    capture: { kind: "unix", path: join(folder, "s") },
    cluster: { kind: "api", credentials: { kind: "kubeconfig", path: join(folder, "kubeconfig") } },
    ranges: noGivenRanges,
    newsLagMs: 0,
    listen: { host: "127.0.0.1", port },
    access: { auth: "none", audience: undefined, metricsAuth: "none", hosts: "loopback", tls: undefined },
    dataDir: join(folder, "data"),
    node: "n1",
    logLevel: "silent",
  };
}

await t.test("an agent that is told to end keeps what it learned, and tells the others, before it does", async (t) => {
  const [folder, server, port] = [shortFolder(t), await apiServer(t), await freePort()];
  writeFileSync(join(folder, "kubeconfig"), server.kubeconfig());
  const nowUs = Date.now() * 1000;
  const connection = made(`${POD}:40000`, "203.0.113.7:443", { startUs: nowUs - 1_000_000, endUs: nowUs - 500_000 });
  const none = { dropped: 0, overflowed: 0, evicted: 0, unreadable: {}, sampledOut: 0, untold: 0 };
  const interfaces = { interfaces: 1, interfacesNotCaptured: 0, reopened: 0, isSilent: false };
  const status = { packets: 9, ...none, ...interfaces, startedUs: nowUs - 5_000_000, timeUs: nowUs };
  const tell = await capture(t, join(folder, "s"));
  const stop = new AbortController();
  const ended = runAgent(optionsOf(folder, port), stop.signal);
  t.teardown(() => stop.abort());
  const until = (what: string, metric: RegExp): Promise<true> =>
    eventually(what, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
      return metric.test((await answer?.text()) ?? "") || undefined;
    });
  await until("it is there", /^weir_cluster_pods 1$/mu);
  tell({ kind: "status", status });
  tell({ kind: "closed", connection });
  await until("it has learned", /^weir_connections_of_pods_total 1$/mu);
  tell({ kind: "status", status: { ...status, packets: 10, timeUs: nowUs + 1_000_000 } });
  await until("it has heard on", /^weir_capture_packets_total 10$/mu);
  const parts = async (): Promise<{ spec: { edges: { port: number }[] } }[]> =>
    (await ask(server, "GET /apis/weir.io/v1alpha1/networkprofiles")).body["items"] as never;
  t.strictSame(await parts(), [], "it gathers for ten seconds before it tells");
  stop.abort();
  await ended;
  t.match(await parts(), [{ spec: { edges: [{ port: 443 }] } }]);
  const store = new ProfileStore(join(folder, "data"));
  const { edges, window } = store.load();
  store.close();
  t.strictSame([edges.map(({ edge }) => edgeKey(edge)), window.untilUs], [[EDGE], nowUs + 1_000_000]);
});
