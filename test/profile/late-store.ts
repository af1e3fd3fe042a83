// Two agents, the second on a disk that gives nothing at first, in a mount namespace of its own: see late-store.test.ts.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { edgeKey } from "../../src/profile/edge.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { ask } from "../api-server/ask.ts";
import { networkProfileDefinition } from "../daemonset/manifests.ts";
import { eventually } from "../demo/eventually.ts";
import { Agent, connect, settled } from "./agents.ts";
import { DATABASE, JAVAAPP_1, made, shop, workload } from "./shop.ts";

const folder = process.argv[2]!;
const cluster = shop();
const [javaapp, database] = [workload("shop", "javaapp"), workload("data", "database")];
const server = await new ApiServer([networkProfileDefinition]).start();
const connection = await connect(folder, server);

function agentOn(node: string): Agent {
  return new Agent(node, { folder: join(folder, node), cluster, connection, paces: { roundMs: 20 } });
}

/** What the first agent answers of the application. */
async function answer(): Promise<string> {
  await one.exchange.profiles.gather();
  const { egress } = one.exchange.profiles.profile(javaapp, cluster)!;
  return egress.map((edge) => `${edgeKey(edge)} x${edge.connections}`).join(" ");
}

/** Stores by whose names the second node's parts are signed. */
async function observers(): Promise<readonly string[]> {
  const { body } = await ask(server, "GET /apis/weir.io/v1alpha1/networkprofiles");
  const items = body["items"] as { spec: { node: string; observer?: string } }[];
  return [...new Set(items.flatMap(({ spec }) => (spec.node === "n2" ? (spec.observer ?? []) : [])))];
}

const remount = (how: string): unknown => execFileSync("mount", ["-o", `remount,${how}`, join(folder, "n2")]);

for (const node of ["n1", "n2"]) mkdirSync(join(folder, node));
execFileSync("mount", ["-t", "tmpfs", "x", join(folder, "n2")]);
const one = agentOn("n1").start();
const before = agentOn("n2")
  .start()
  .see(made(`${JAVAAPP_1}:1`, `${DATABASE}:5432`));
await settled(one, before);
await before.stop();
const silent = agentOn("n2"); // does not hear of the cluster, nor the cluster of what is decided by it
silent.decisions.put(database, { ingress: "deny-all" });
await silent.stop();
one.decisions.put(javaapp, { egress: "deny-all" });

process.env["TMPDIR"] = "/proc"; // where no copy can be made either
execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "x", "/dev/shm"]);
remount("ro");
const after = agentOn("n2")
  .start()
  .see(made(`${JAVAAPP_1}:2`, "203.0.113.7:443"));
await settled(one, after);
await eventually("both are told", async () => (await observers()).length === 2 || undefined);
const meanwhile = { observers: await observers(), answer: await answer(), decided: after.decisions.list().length };

remount("rw");
after.saver.save(60_000);
await eventually("one name is left", async () => (await observers()).length === 1 || undefined);
await settled(one, after);
await eventually("what was decided is heard", () => Promise.resolve(one.decisions.get(database) && true));
const later = {
  isItself: (await observers())[0] === before.observer && after.observer === before.observer,
  answer: await answer(),
  decided: after.decisions.list().map(({ decisions }) => decisions),
};
await after.stop();
const edges = agentOn("n2").book.edgeCount(javaapp);
await one.stop();
await server.stop();
console.log(JSON.stringify({ meanwhile, later, edges }));
process.exit();
