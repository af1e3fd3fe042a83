/** The restrictions of the manifests, tried on real processes: what each container can do, and what it can't. */
import type { V1Container } from "@kubernetes/client-node";
import { writeFile } from "node:fs/promises";
import t, { type Test } from "tap";
import { type Lab, startLab } from "../../demo/lab/lab.ts";
import { ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import { eventually } from "../demo/eventually.ts";
import { ask, connect, counts, profile, serve } from "../live/node-agent.ts";
import { inContainer, makeVolumes, weirIn, whyNoContainers } from "./container.ts";
import { agent, capture, dataFolder } from "./manifests.ts";

t.setTimeout(120_000);

const skip = (await whyNoContainers()) ?? false;
const netRaw = (1n << 13n).toString(16).padStart(16, "0");
const none = "0".repeat(16);

async function makeLab(test: Test): Promise<Lab> {
  const lab = await startLab({ plan: shop(ipv4Only) });
  test.teardown(() => lab.stop());
  await makeVolumes(lab);
  return lab;
}

/** Runs a command as a container would, to its end. */
async function attempt(lab: Lab, container: V1Container, command?: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec("node", inContainer(lab, container, command));
  return code === 0 ? "done" : `${stdout}${stderr}`.trim();
}

/** The lab has no API server to know the cluster from, and none that could be asked who calls: on loopback nobody is. */
function withoutApi(lab: Lab, args: readonly string[]): readonly string[] {
  const rest = args.filter((arg) => !/^--(listen|auth)=/u.test(arg));
  return [...rest, "--listen=127.0.0.1:9447", "--cluster", `${lab.folder}/cluster.yaml`];
}

/** The pod, as the kubelet starts it, but for what an API server is needed for. */
async function startPod(lab: Lab): Promise<void> {
  await writeFile(`${lab.folderFromHere}/cluster.yaml`, lab.clusterYaml);
  const initialized = await attempt(lab, dataFolder);
  if (initialized !== "done") throw new Error(initialized);
  const withFiles = [weirIn(lab), ...withoutApi(lab, agent.args!)];
  for (const argv of [inContainer(lab, agent, withFiles), inContainer(lab, capture)]) {
    lab.start("node", argv, { stdio: ["ignore", "inherit", "inherit"] });
  }
  await eventually("the pod is ready", () => ask(lab, "/readyz"));
}

/** What the kernel says of the rights of a container's process. */
async function rightsOf(lab: Lab, command: string): Promise<Record<string, string>> {
  const script = `cat /proc/$(pgrep -f -o "src/main.ts ${command}")/status`;
  const { stdout } = await lab.exec("node", ["sh", "-ec", script]);
  const lines = stdout.split("\n").map((line) => line.split(/:\s+/u) as [string, string]);
  const { Uid, CapEff, CapPrm, CapBnd, NoNewPrivs } = Object.fromEntries(lines);
  return { uid: Uid!.split("\t")[0]!, CapEff: CapEff!, CapPrm: CapPrm!, CapBnd: CapBnd!, NoNewPrivs: NoNewPrivs! };
}

await t.test("the two restricted containers learn a connection together", { skip }, async (t) => {
  const lab = await makeLab(t);
  await startPod(lab);
  const podsOf = (name: string): string[] =>
    lab.layout.pods.filter(({ workload }) => workload.name === name).map((pod) => pod.name);
  for (const pod of podsOf("javaapp")) await serve(lab, pod, 8080);
  await connect(lab, podsOf("jclient")[0]!, "10.96.20.1", 80, 10);
  await eventually("ten connections are learned", async () =>
    counts(await profile(lab, "shop/deployment/javaapp"))["ingress jclient 8080"] === 10 ? true : undefined,
  );
  const capabilities = { CapEff: none, CapPrm: none, CapBnd: none, NoNewPrivs: "1" };
  t.strictSame(await rightsOf(lab, "agent"), { uid: "65532", ...capabilities });
  const raw = { CapEff: netRaw, CapPrm: netRaw, CapBnd: netRaw, NoNewPrivs: "1" };
  t.strictSame(await rightsOf(lab, "capture"), { uid: "0", ...raw });
  const database = `${lab.folder}/volume-data/weir.db`;
  t.match(await attempt(lab, capture, ["cat", database]), /Permission denied/u, "what is the agent's it may not read");
  t.match(await attempt(lab, capture, ["sh", "-c", 'kill $(pgrep -f -o "src/main.ts agent")']), /not permitted/u);
});

const listenLow =
  'require("net").createServer().on("error", (e) => { console.log(e.code); process.exit(1) }).listen(80)';

await t.test("the agent can't capture, even by the program that it has, nor change the node", { skip }, async (t) => {
  const lab = await makeLab(t);
  t.equal(await attempt(lab, agent, [process.execPath, "-e", listenLow]), "EACCES");
  for (const command of ["ip link add mine type dummy", "nft list ruleset"])
    t.match(await attempt(lab, agent, command.split(" ")), /not permitted/u, command);
  const refusal = await attempt(lab, agent, [weirIn(lab), "capture"]);
  t.match(refusal, /^weir: [^\n]*no right to capture/u);
});

await t.test("capture can sniff, and nothing else that root may", { skip }, async (t) => {
  const lab = await makeLab(t);
  t.equal(await attempt(lab, capture, [process.execPath, "-e", listenLow]), "EACCES");
  const ours = `${lab.folder}/volume-capture`;
  t.match(await attempt(lab, capture, ["chown", "65532", ours]), /not permitted/u);
  t.match(await attempt(lab, capture, ["ip", "link", "add", "mine", "type", "dummy"]), /not permitted/u);
  t.match(await attempt(lab, capture, ["nft", "list", "ruleset"]), /not permitted/u);
  t.match(
    await attempt(lab, capture, ["mount", "-o", "remount,bind,rw", "/"]),
    /permission denied|must be superuser/iu,
  );
});

await t.test("no container can write outside of its volumes", { skip }, async (t) => {
  const lab = await makeLab(t);
  for (const container of [dataFolder, agent, capture]) {
    t.not(await attempt(lab, container, ["test", "-w", "/"]), "done", container.name);
  }
  const socketFolder = `${lab.folder}/volume-capture`;
  t.match(await attempt(lab, agent, ["touch", `${socketFolder}/mine`]), /Read-only file system/u);
});

await t.test(
  "the init container gives the folder away, again and again, and can't read what is in it",
  { skip },
  async (t) => {
    const lab = await makeLab(t);
    const data = `${lab.folder}/volume-data`;
    for (const time of ["first", "second"]) {
      t.equal(await attempt(lab, dataFolder), "done", time);
      const { stdout } = await lab.exec("node", ["stat", "-c", "%u:%g", data]);
      t.equal(stdout.trim(), "65532:65532", time);
    }
    t.equal(await attempt(lab, agent, ["sh", "-c", `umask 077; echo secret > ${data}/file`]), "done");
    t.match(await attempt(lab, dataFolder, ["cat", `${data}/file`]), /Permission denied/u);
    t.match(await attempt(lab, dataFolder, [weirIn(lab), "capture"]), /no right to capture/u);
  },
);
