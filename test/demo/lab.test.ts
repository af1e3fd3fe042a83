import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { type Lab, hasIPv6, startLab, whyNoLab } from "../../demo/lab/lab.ts";
import { shopAddresses } from "../../demo/shop/addresses.ts";
import { dualStack, ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import { eventually } from "./eventually.ts";
import { processNamespace, processesIn } from "./sandbox-processes.ts";

const reason = await whyNoLab();
const skip = reason ?? false;

await t.test("a lab of the shop", { skip }, async (t) => {
  const ended: string[] = [];
  const plan = shop(hasIPv6() ? dualStack : ipv4Only);
  const lab = await startLab({ plan, onProgramEnd: (program) => ended.push(program) });
  t.teardown(lab.stop);
  await lab.startPrograms();
  const jclient = podOf(lab, "jclient").name;

  await t.test("resolves names of the cluster and of the world through the kube-dns Service", async (t) => {
    t.equal(await resolve(lab, "db.data.svc.cluster.local"), "10.96.30.1\n");
    t.equal(await resolve(lab, "api.payments.example"), `${shopAddresses.payments}\n`);
    t.equal(await resolve(lab, "db.shop.svc.cluster.local"), "");
  });

  await t.test("answers at a ClusterIP from both pods behind it, which see the client's own address", async (t) => {
    const [client] = podOf(lab, "jclient").addresses;
    const backends = lab.layout.pods
      .filter(({ workload }) => workload.name === "javaapp")
      .map((pod) => pod.addresses[0]);
    const seen = new Set<string>();
    await eventually("an answer of each backend", async () => {
      seen.add(ends(await curl(lab, jclient, "http://10.96.20.1/")));
      return seen.size === backends.length || undefined;
    });
    t.strictSame(seen, new Set(backends.map((backend) => `::ffff:${backend} to ::ffff:${client}`)));
  });

  await t.test(
    "answers at a ClusterIP over IPv6",
    { skip: hasIPv6() ? false : "no IPv6 in this kernel" },
    async (t) => {
      const client = podOf(lab, "jclient").addresses[1];
      t.match(ends(await curl(lab, jclient, "http://[fd00:10:96::2001]/")), new RegExp(` to ${client}$`, "u"));
    },
  );

  await t.test("answers a stranger at the NodePort, in the name of the node", async (t) => {
    const url = `http://${shopAddresses.node4}:30080/`;
    t.match(ends(await curl(lab, "outside", url)), / to ::ffff:192\.168\.50\.11$/u);
    t.match(ends(await curl(lab, "node", url)), /^::ffff:10\.244\.1\.\d+ to /u);
  });

  await t.test("lets a pod reach itself through its own Service", async (t) => {
    const javaapp = podOf(lab, "javaapp");
    const own = `::ffff:${javaapp.addresses[0]} to `;
    const answer = await eventually("an answer of itself", async () => {
      const text = ends(await curl(lab, javaapp.name, "http://10.96.20.1/"));
      return text.startsWith(own) ? text : undefined;
    });
    t.equal(answer, `${own}::ffff:${shopAddresses.node4}`);
  });

  await t.test("refuses a port that no Service has, and one that nobody listens on", async (t) => {
    t.strictSame(await curlCode(lab, jclient, "http://10.96.20.1:81/"), 7);
    t.strictSame(await curlCode(lab, jclient, "http://10.96.20.1:8081/"), 7);
  });

  await t.test("keeps one connection to the database open for each javaapp", async (t) => {
    const { stdout } = await lab.exec("db-0", [
      "ss",
      "--no-header",
      "--numeric",
      "state",
      "established",
      "sport",
      "6379",
    ]);
    const clients = stdout
      .trim()
      .split("\n")
      .map((line) => /(?<ip>[\d.]+)\]?:\d+\s*$/u.exec(line)?.groups?.["ip"]);
    const javaapps = lab.layout.pods
      .filter(({ workload }) => workload.name === "javaapp")
      .map((pod) => pod.addresses[0]);
    t.strictSame(new Set(clients), new Set(javaapps));
  });

  await t.test("ends a started command when its child is killed", async (t) => {
    const sleeping = lab.start("node", ["sh", "-c", "echo $$; exec sleep 1000"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = await firstWords(sleeping);
    // A process that ended but was not waited for has no command line any more.
    const commandLine = async (): Promise<string> => (await lab.exec("node", ["cat", `/proc/${pid}/cmdline`])).stdout;
    t.not(await commandLine(), "");
    sleeping.kill("SIGKILL");
    t.equal(await eventually("its end", async () => ((await commandLine()) === "" ? "gone" : undefined)), "gone");
  });

  t.strictSame(ended, [], "every program goes on");
});

await t.test("a lab that is stopped leaves nothing on the machine", { skip }, async (t) => {
  const before = hostNetwork();
  const lab = await startLab({ plan: shop(ipv4Only) });
  await lab.startPrograms();
  const namespace = await processNamespace(lab);
  t.not(processesIn(namespace).length, 0);
  await lab.stop();
  t.strictSame(processesIn(namespace), []);
  t.strictSame(hostNetwork(), before);
});

await t.test("a lab whose maker is killed ends with it", { skip }, async (t) => {
  const lab = await startLab({ plan: shop(ipv4Only) });
  t.teardown(lab.stop);
  // The maker is a lab's program itself here, so that nothing is left behind even if this test fails.
  const maker = fileURLToPath(new URL("make-lab.ts", import.meta.url));
  const child = lab.start("node", [process.execPath, maker], { stdio: ["ignore", "pipe", "inherit"] });
  const [pid = "", namespace = ""] = (await firstWords(child)).split(" ");
  t.not(processesIn(namespace).length, 0);
  await lab.exec("node", ["sh", "-c", `kill -KILL ${pid}`]);
  t.equal(await eventually("its end", async () => (processesIn(namespace).length === 0 ? "gone" : undefined)), "gone");
});

function podOf({ layout }: Lab, workload: string): Lab["layout"]["pods"][number] {
  const pod = layout.pods.find((each) => each.workload.name === workload);
  if (pod === undefined) throw new Error(`no pod of ${workload}`);
  return pod;
}

async function resolve(lab: Lab, name: string): Promise<string> {
  const program = fileURLToPath(new URL("../../demo/programs/resolve.ts", import.meta.url));
  const where = podOf(lab, "jclient").name;
  return (await lab.exec(where, [process.execPath, program, name, "4", shopAddresses.clusterDns])).stdout;
}

async function curl(lab: Lab, where: string, url: string): Promise<string> {
  return (await lab.exec(where, ["curl", "-s", "--max-time", "20", url])).stdout;
}

async function curlCode(lab: Lab, where: string, url: string): Promise<number | null> {
  return (await lab.exec(where, ["curl", "-s", "--max-time", "20", url])).code;
}

/** javaapp says at which address it was reached, and from where: `order 7, from A to B`. */
function ends(answer: string): string {
  return answer.trim().replace(/^order \d+, from /u, "");
}

async function firstWords(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("its output is not read");
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return String(chunk).trim();
}

/** What a lab could have changed of this machine: interfaces by its names, and whether packets are forwarded. */
function hostNetwork(): readonly string[] {
  const interfaces = readFileSync("/proc/net/dev", "utf8").matchAll(
    /^\s*(?<name>(?:javaapp|jclient|db|coredns)-\d+):/gmu,
  );
  return [readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8"), ...Array.from(interfaces, ([name]) => name)];
}
