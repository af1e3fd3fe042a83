/** The restrictions of the manifests, tried on real processes: what each container can do, and what it can't. */
import type { V1Container, V1Probe } from "@kubernetes/client-node";
import t, { type Test } from "tap";
import { type Lab, startLab } from "../../demo/lab/lab.ts";
import { shopAddresses } from "../../demo/shop/addresses.ts";
import { ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import { eventually } from "../demo/eventually.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { connect, counts, serve } from "../live/node-agent.ts";
import { inContainer, makeVolumes, weirIn, whyNoContainers } from "./container.ts";
import { startApi, tokens } from "./lab-api.ts";
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

/** The pod, as the kubelet starts it, with its API server on the same node. */
async function startPod(lab: Lab): Promise<void> {
  const [initialized] = await Promise.all([attempt(lab, dataFolder), startApi(lab)]);
  if (initialized !== "done") throw new Error(initialized);
  for (const container of [agent, capture])
    lab.start("node", inContainer(lab, container), { stdio: ["ignore", "inherit", "inherit"] });
  await eventually("the probe succeeds", async () => ((await probe(lab, agent.readinessProbe!)) ? true : undefined));
}

/** As the kubelet does, which looks at no certificate. */
async function probe(lab: Lab, { httpGet }: V1Probe): Promise<boolean> {
  const { host, path, scheme, port } = httpGet!;
  const { containerPort } = agent.ports!.find(({ name }) => name === port)!;
  const url = `${scheme!.toLowerCase()}://${host}:${containerPort}${path}`;
  return (await lab.exec("node", ["curl", "-sk", "--fail", "--noproxy", "*", url])).code === 0;
}

/** Asks the agent from beyond the node's uplink, by the name in its certificate: status, and body after it. */
async function ask(lab: Lab, token: string | undefined, argv: readonly string[]): Promise<string> {
  const address = ["--resolve", `node-1:9447:${shopAddresses.node4}`, "--cacert", `${lab.folder}/volume-data/tls.crt`];
  const header = token === undefined ? [] : ["-H", `authorization: Bearer ${token}`];
  const [path, ...rest] = argv;
  const url = `https://node-1:9447/api/v1/${path}`;
  const curl = ["curl", "-s", "--noproxy", "*", "-w", "%{stderr}%{http_code}", ...address, ...header, ...rest, url];
  const { stdout, stderr } = await lab.exec("outside", curl);
  return `${stderr} ${stdout}`;
}

/** What the kernel says of the rights of a container's process. */
async function rightsOf(lab: Lab, command: string): Promise<Record<string, string>> {
  const script = `cat /proc/$(pgrep -f -o "src/main.ts ${command}")/status`;
  const { stdout } = await lab.exec("node", ["sh", "-ec", script]);
  const lines = stdout.split("\n").map((line) => line.split(/:\s+/u) as [string, string]);
  const { Uid, CapEff, CapPrm, CapBnd, NoNewPrivs } = Object.fromEntries(lines);
  return { uid: Uid!.split("\t")[0]!, CapEff: CapEff!, CapPrm: CapPrm!, CapBnd: CapBnd!, NoNewPrivs: NoNewPrivs! };
}

await t.test("the pod as the manifests have it learns, and tells who may ask and nobody else", { skip }, async (t) => {
  const lab = await makeLab(t);
  await startPod(lab);
  const podsOf = (name: string): string[] =>
    lab.layout.pods.filter(({ workload }) => workload.name === name).map((pod) => pod.name);
  for (const pod of podsOf("javaapp")) await serve(lab, pod, 8080);
  await connect(lab, podsOf("jclient")[0]!, "10.96.20.1", 80, 10);
  const javaapp = "profiles/shop/deployment/javaapp";
  await eventually("ten connections are learned, and a reader is told", async () => {
    const [status, ...body] = (await ask(lab, tokens.reader, [javaapp])).split(" ");
    if (status !== "200") return undefined;
    return counts(JSON.parse(body.join(" ")) as Profile)["ingress jclient 8080"] === 10 ? true : undefined;
  });
  const policy = ["policies/shop/deployment/javaapp", "--json", "{}"];
  t.match(await ask(lab, tokens.reader, policy), /^403 .*create networkprofiles\.weir\.io\/policies/u);
  t.match(await ask(lab, tokens.reader, ["profiles?namespace=kube-system"]), /^403 /u);
  t.match(await ask(lab, tokens.stranger, [javaapp]), /^403 .*stranger may not get/u);
  t.match(await ask(lab, "made-up", [javaapp]), /^401 /u);
  t.match(await ask(lab, undefined, [javaapp]), /^401 /u);
  const capabilities = { CapEff: none, CapPrm: none, CapBnd: none, NoNewPrivs: "1" };
  t.strictSame(await rightsOf(lab, "agent"), { uid: "65532", ...capabilities });
  const raw = { CapEff: netRaw, CapPrm: netRaw, CapBnd: netRaw, NoNewPrivs: "1" };
  t.strictSame(await rightsOf(lab, "capture"), { uid: "0", ...raw });
  const database = `${lab.folder}/volume-data/weir.db`;
  t.match(await attempt(lab, capture, ["cat", database]), /Permission denied/u, "what is the agent's it may not read");
  const token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  t.equal(await attempt(lab, agent, ["test", "-r", token]), "done");
  t.match(await attempt(lab, capture, ["cat", token]), /No such file/u, "the token is the agent's alone");
  t.match(await attempt(lab, capture, ["sh", "-c", 'kill $(pgrep -f -o "src/main.ts agent")']), /not permitted/u);
});

const listenLow =
  'require("net").createServer().on("error", (e) => { console.log(e.code); process.exit(1) }).listen(80)';

await t.test("what the manifests do not give a container, it does not have", { skip }, async (t) => {
  const lab = await makeLab(t);
  await t.test("the agent can't capture, even by the program that it has, nor change the node", async (t) => {
    t.equal(await attempt(lab, agent, [process.execPath, "-e", listenLow]), "EACCES");
    for (const command of ["ip link add mine type dummy", "nft list ruleset"])
      t.match(await attempt(lab, agent, command.split(" ")), /not permitted/u, command);
    const refusal = await attempt(lab, agent, [weirIn(lab), "capture"]);
    t.match(refusal, /^weir: [^\n]*no right to capture/u);
  });

  await t.test("capture can sniff, and nothing else that root may", async (t) => {
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

  await t.test("no container can write outside of its volumes", async (t) => {
    for (const container of [dataFolder, agent, capture]) {
      t.not(await attempt(lab, container, ["test", "-w", "/"]), "done", container.name);
    }
    const socketFolder = `${lab.folder}/volume-capture`;
    t.match(await attempt(lab, agent, ["touch", `${socketFolder}/mine`]), /Read-only file system/u);
  });

  await t.test("the init container gives the folder away, again and again, and can't read what is in it", async (t) => {
    const data = `${lab.folder}/volume-data`;
    for (const time of ["first", "second"]) {
      t.equal(await attempt(lab, dataFolder), "done", time);
      const { stdout } = await lab.exec("node", ["stat", "-c", "%u:%g", data]);
      t.equal(stdout.trim(), "65532:65532", time);
    }
    t.equal(await attempt(lab, agent, ["sh", "-c", `umask 077; echo secret > ${data}/file`]), "done");
    t.match(await attempt(lab, dataFolder, ["cat", `${data}/file`]), /Permission denied/u);
    t.match(await attempt(lab, dataFolder, [weirIn(lab), "capture"]), /no right to capture/u);
  });
});
