import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import t from "tap";
import { parse } from "yaml";
import { hasIPv6, whyNoLab } from "../../demo/lab/lab.ts";

// Learning alone may take 75 seconds of each run on a busy machine.
t.setTimeout(400_000);

const runDemo = fileURLToPath(new URL("../../demo/run.sh", import.meta.url));
const reason = await whyNoLab();
const skip = reason ?? false;

/** Strangers who come over IPv6 are seen only where there is IPv6. */
const javaappPolicy = (ipv6: boolean): object => ({
  podSelector: { matchLabels: { app: "javaapp" } },
  policyTypes: ["Ingress", "Egress"],
  ingress: [
    { from: [{ podSelector: { matchLabels: { app: "jclient" } } }], ports: [{ protocol: "TCP", port: 8080 }] },
    {
      from: ["0.0.0.0/0", ...(ipv6 ? ["::/0"] : [])].map((cidr) => ({ ipBlock: { cidr } })),
      ports: [{ protocol: "TCP", port: 8080 }],
    },
  ],
  egress: [
    {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "data" } },
          podSelector: { matchLabels: { app: "db" } },
        },
      ],
      ports: [{ protocol: "TCP", port: 6379 }],
    },
    { to: [{ ipBlock: { cidr: "203.0.113.10/32" } }], ports: [{ protocol: "TCP", port: 80 }] },
    {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
          podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
        },
      ],
      ports: [
        { protocol: "TCP", port: 53 },
        { protocol: "UDP", port: 53 },
      ],
    },
  ],
});

await t.test(
  "the demo learns live what javaapp does, writes its policy, shows the attack, and with HOLD=1 stays up until Ctrl-C",
  { skip },
  async (t) => {
    const demo = run({ HOLD: "1" });
    const ended = once(demo.child, "close") as Promise<[number | null]>;
    t.teardown(() => demo.child.kill());
    const url = await untilSaid(demo, /It stays up[^]*? curl -s (?<found>http:\S+profiles)$/mu);
    t.strictSame(policiesIn(demo.output()), [javaappPolicy(hasIPv6())]);
    t.match(demo.output(), /passed:/u);
    const [before = "", under = ""] = demo.output().split("The policy is enforced");
    t.strictSame(occurrences(before, "written: javaapp ran Payload.class"), 3);
    t.strictSame(occurrences(under, "none: the payload never arrived"), 3);
    t.match(under, /orders of jclient answered +[1-9]\d*\n +orders failed +0\n +payments made outside +[1-9]/u);
    const { profiles } = (await (await fetch(url)).json()) as { profiles: { workload: { name: string } }[] };
    t.strictSame(
      profiles.map(({ workload }) => workload.name),
      ["db", "coredns", "javaapp", "jclient"],
    );
    demo.child.kill("SIGINT");
    t.strictSame((await ended)[0], 0, demo.output());
    await t.rejects(fetch(url));
  },
);

await t.test("without a lab the demo says so and tells the same story from its recording", async (t) => {
  const demo = run({ REPLAY: "1" });
  const [code] = (await once(demo.child, "close")) as [number | null];
  t.equal(code, 0, demo.output());
  t.match(demo.output(), /not live: REPLAY=1 is set/u);
  t.match(demo.output(), /can't be shown from a recording/u);
  const [javaapp] = policiesIn(demo.output());
  t.strictSame(javaapp, javaappPolicy(true));
});

function occurrences(text: string, of: string): number {
  return text.split(of).length - 1;
}

interface Demo {
  readonly child: ChildProcess;
  readonly output: () => string;
}

function run(settings: Readonly<Record<string, string>>): Demo {
  const child = spawn(runDemo, {
    env: { ...process.env, NO_COLOR: "1", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  return { child, output: () => output };
}

/** Resolves with what the pattern calls `found`. Rejects where the demo ends without having said it. */
function untilSaid({ child, output }: Demo, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", () => {
      const found = pattern.exec(output())?.groups?.["found"];
      if (found !== undefined) resolve(found);
    });
    child.once("close", () => reject(new Error(output())));
  });
}

/** The specs of the YAML documents that the demo shows. */
function policiesIn(output: string): readonly unknown[] {
  const shown = output.split(/\n {4}---\n/u).slice(1);
  return shown.map((text) => (parse(text.split("\n\n")[0] ?? "") as { spec: unknown }).spec);
}
