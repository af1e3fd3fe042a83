import { readFile, rm, writeFile } from "node:fs/promises";
import t from "tap";
import { enforce } from "../../demo/enforcer/enforce.ts";
import { type Lab, startLab, whyNoLab } from "../../demo/lab/lab.ts";
import { nodeNetwork, outsideNetwork } from "../../demo/lab/wiring.ts";
import { watchLearning } from "../../demo/learning.ts";
import { attack, attacks } from "../../demo/log4shell/attack.ts";
import { shopAddresses, shopNodePort } from "../../demo/shop/addresses.ts";
import { javaappEdges } from "../../demo/shop/expected.ts";
import { ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import { markerName } from "../../demo/shop/workloads.ts";
import { type WeirAgent, agentUrl, startWeir } from "../../demo/weir-agent.ts";
import type { NetworkPolicy } from "../../src/policy/network-policy.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import type { Review } from "../../src/policy/review/review-shape.ts";
import type { Attempt } from "./connections.ts";
import { eventually } from "./eventually.ts";
import { tryConnections } from "./try-connections.ts";

const reason = await whyNoLab();
const skip = reason ?? false;
const { attacker, customer4, clusterDns, node4, payments } = shopAddresses;

interface Answer {
  readonly policy: NetworkPolicy;
  readonly review: Review;
}

await t.test("a policy that was learned, against Log4Shell", { skip, timeout: 180_000 }, async (t) => {
  const lab = await startLab({ plan: shop(ipv4Only) });
  t.teardown(lab.stop);
  const weir = await learn(lab);
  const learned = await generate(weir, {});
  const narrow = await generate(weir, { publishedPorts: "observed" });
  const withAttacker = await generate(weir, { egressCidrs: [{ cidr: `${attacker}/32` }] });

  await t.test("before it is enforced the payload runs: plain, obfuscated and over RMI", async (t) => {
    for (const [name, text] of Object.entries(attacks)) {
      const { answer, marker, steps } = await attack(lab, text);
      t.match(answer, /^order \d+/u, name);
      t.match(marker, /^javaapp ran Payload\.class from http:\/\/203\.0\.113\.66:8888\//u, name);
      t.equal(steps.length, 2, steps.join());
    }
  });

  await t.test("the hole is as open in a User-Agent and in a path", async (t) => {
    const marker = `${lab.folderFromHere}/${markerName}`;
    const url = `http://${node4}:${shopNodePort}`;
    for (const request of [["-A", attacks.plain, `${url}/`], [`${url}/${encodeURIComponent(attacks.obfuscated)}`]]) {
      await rm(marker, { force: true });
      await lab.exec(outsideNetwork, ["curl", "-s", ...request]);
      t.match(await readFile(marker, "utf8"), /^javaapp ran Payload/u);
    }
  });

  await t.test("under it the payload does not run, and the request is answered all the same", async (t) => {
    await enforce(lab, yaml(learned.policy));
    for (const [name, text] of Object.entries(attacks)) {
      const { answer, marker, steps, javaappSaid } = await attack(lab, text);
      t.match(answer, /^order \d+/u, name);
      t.equal(marker, undefined, name);
      t.strictSame(steps, [], "nobody came to the attacker");
      t.match(javaappSaid, [/no answer of 203\.0\.113\.66:1\d+/u]);
    }
  });

  await t.test("under it everything that was learned goes on, on new connections", async (t) => {
    t.strictSame(await broken(lab, learned), []);
  });

  await t.test("taking a rule out breaks the flows that pass by it alone, and no other", async (t) => {
    for (const answer of [learned, narrow]) {
      for (const { name } of answer.review.rules) {
        await enforce(lab, yaml(without(answer.policy, name)));
        t.strictSame(await broken(lab, answer), dependingOn(name, answer.review), name);
      }
    }
  });

  await t.test("every rule of a policy that opens no port to strangers has such flows", async (t) => {
    // A port that is open to every address lets jclient in too, where an enforcer counts pods' addresses into blocks:
    // its own rule is then needed only by enforcers that do not, which the review reckons with.
    const flows = narrow.review.rules.map(({ name }) => dependingOn(name, narrow.review));
    t.strictSame(flows.flat().sort(), javaappEdges.toSorted());
    for (const each of flows) t.not(each.length, 0);
  });

  await t.test("the attacker's address as an extra CIDR, asked for over HTTP, brings the payload back", async (t) => {
    await enforce(lab, yaml(withAttacker.policy));
    t.match((await attack(lab, attacks.obfuscated)).marker, /^javaapp ran Payload/u);
  });

  await t.test("what weir saw of the attack is left out of the next policy", async (t) => {
    const after = await eventually("the attack in the profile", async () => {
      const answer = await generate(weir, {});
      return answer.review.leftOut.some(({ edge }) => edge.id.includes(attacker)) ? answer : undefined;
    });
    t.strictSame(after.policy.spec.egress, learned.policy.spec.egress);
  });

  await t.test("an old allow-all policy lets the attack through, and the review says so before", async (t) => {
    const old = allowAll();
    await writeFile(`${lab.folderFromHere}/cluster.yaml`, `${lab.clusterYaml}---\n${old}`);
    const warning = await eventually("a warning", async () => {
      const { review } = await generate(weir, {});
      return review.warnings.find(({ code }) => code === "undone-by-existing");
    });
    t.equal(warning.severity, "critical");
    t.match(warning.message, /^shop\/old undoes it: /u);
    await enforce(lab, `${yaml(learned.policy)}---\n${old}`);
    t.match((await attack(lab, attacks.plain)).marker, /^javaapp ran Payload/u);
    await enforce(lab, yaml(learned.policy));
    t.equal((await attack(lab, attacks.plain)).marker, undefined);
  });
});

async function learn(lab: Lab): Promise<WeirAgent> {
  const signal = AbortSignal.timeout(90_000);
  const weir = await startWeir(lab, signal);
  await lab.startPrograms();
  const isLearned = await watchLearning(weir, {
    workload: "shop/deployment/javaapp",
    wanted: javaappEdges,
    leastConnections: 40,
    withinMs: 75_000,
    onNewEdge: () => {},
    signal,
  });
  if (!isLearned) throw new Error("the shop was not learned in time");
  return weir;
}

async function generate(weir: WeirAgent, options: GeneratorOptions): Promise<Answer> {
  const post = ["-s", "--fail-with-body", "-X", "POST", "-H", "content-type: application/json"];
  const url = `${agentUrl}/api/v1/policies/shop/deployment/javaapp`;
  return JSON.parse(await weir.curl([...post, "-d", JSON.stringify(options), url])) as Answer;
}

/** JSON is YAML. */
function yaml(policy: object): string {
  return `${JSON.stringify(policy)}\n`;
}

function allowAll(): string {
  const rules = { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [{}], egress: [{}] };
  const metadata = { namespace: "shop", name: "old" };
  return yaml({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec: rules });
}

/** The policy less one rule, which is named as the review names it: `shop/javaapp: egress[1]`. */
function without(policy: NetworkPolicy, rule: string): NetworkPolicy {
  const { direction, index } = /: (?<direction>ingress|egress)\[(?<index>\d+)\]$/u.exec(rule)?.groups ?? {};
  const drop = <Rule>(side: string, rules: readonly Rule[] = []): readonly Rule[] =>
    rules.filter((_, at) => side !== direction || at !== Number(index));
  const { ingress, egress } = policy.spec;
  return { ...policy, spec: { ...policy.spec, ingress: drop("ingress", ingress), egress: drop("egress", egress) } };
}

/** Edges that pass by this rule and by no other of the same policy. */
function dependingOn(rule: string, { passed }: Review): readonly string[] {
  const [policy = ""] = rule.split(": ");
  return passed
    .filter(({ by }) => by.includes(rule) && by.filter((name) => name.startsWith(`${policy}: `)).length === 1)
    .map(({ edge }) => edge.id)
    .sort();
}

/** Of the edges that the review lets pass, those that a new connection of the same kind does not get through. */
async function broken(lab: Lab, { review }: Answer): Promise<readonly string[]> {
  const pod = (name: string): Lab["layout"]["pods"][number] => {
    const found = lab.layout.pods.find(({ workload }) => workload.name === name);
    if (found === undefined) throw new Error(`no pod of ${name}`);
    return found;
  };
  const javaapp = pod("javaapp");
  const own = { host: javaapp.addresses[0] ?? "", port: 8080, protocol: "TCP" } as const;
  const waysOf: Readonly<Record<string, Attempt & { readonly where: string }>> = {
    "ingress|workload/shop/Deployment/jclient|TCP|8080": { ...own, where: pod("jclient").name },
    [`ingress|host/${node4}|TCP|8080`]: { ...own, where: nodeNetwork },
    [`ingress|external/${customer4}|TCP|8080`]: {
      where: outsideNetwork,
      from: customer4,
      host: node4,
      port: shopNodePort,
      protocol: "TCP",
    },
    "egress|workload/kube-system/Deployment/coredns|UDP|53": {
      where: javaapp.name,
      host: clusterDns,
      port: 53,
      protocol: "UDP",
    },
    "egress|workload/data/StatefulSet/db|TCP|6379": {
      where: javaapp.name,
      host: "10.96.30.1",
      port: 6379,
      protocol: "TCP",
    },
    [`egress|external/${payments}|TCP|80`]: { where: javaapp.name, host: payments, port: 80, protocol: "TCP" },
  };
  const ids = review.passed.map(({ edge }) => edge.id).sort();
  const attempts = ids.map((id) => {
    const way = waysOf[id];
    if (way === undefined) throw new Error(`the test knows no way to try ${id}`);
    return { ...way, id };
  });
  const answered = await tryConnections(lab, attempts);
  return attempts.filter((each) => !answered.has(each)).map(({ id }) => id);
}
