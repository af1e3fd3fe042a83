import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { type Lab, startLab, whyNoLab } from "../../demo/lab/lab.ts";
import { ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import type { EventLine } from "../../src/flow/event-line.ts";
import { eventually } from "../demo/eventually.ts";

t.setTimeout(120_000);

const skip = (await whyNoLab()) ?? false;
const weir = fileURLToPath(new URL("../../bin/weir", import.meta.url));
const service = "10.96.20.1";
/** The rights that capture has in the DaemonSet: root without any of root's rights but NET_RAW. */
const asInManifest = ["setpriv", "--no-new-privs", "--bounding-set", "-all,+net_raw", "--inh-caps", "-all"];

/** A server in a pod, and a client in another that connects to its Service, says a word and then keeps silent. */
async function openConnection(lab: Lab, client: string, server: string): Promise<() => void> {
  const listen = `require("net").createServer((s) => s.on("data", () => s.write("!")).on("end", () => s.end())).listen(8080, () => console.log("up"))`;
  await firstLine(lab.start(server, [process.execPath, "-e", listen], { stdio: ["ignore", "pipe", "inherit"] }));
  const connect = `const s = require("net").connect(80, "${service}", () => s.write("?")).on("data", () => console.log("talking")); process.stdin.on("end", () => s.end()).resume()`;
  const program = lab.start(client, [process.execPath, "-e", connect], { stdio: ["pipe", "pipe", "inherit"] });
  await firstLine(program);
  return () => program.stdin?.end();
}

async function firstLine({ stdout }: ReturnType<Lab["start"]>): Promise<void> {
  for await (const _line of createInterface(stdout!)) return;
}

/** Lines of a `weir capture` on the node, as they come. */
function capture(lab: Lab, test: Test): readonly EventLine[] {
  const lines: EventLine[] = [];
  const program = lab.start("node", [...asInManifest, weir, "capture"], { stdio: ["ignore", "pipe", "inherit"] });
  createInterface(program.stdout!).on("line", (line) => lines.push(JSON.parse(line) as EventLine));
  test.teardown(() => program.kill());
  return lines;
}

await t.test(
  "a silent connection that is older than weir is known by conntrack, with the pod behind the Service, and ends once",
  { skip },
  async (t) => {
    const lab = await startLab({ plan: shop(ipv4Only) });
    t.teardown(() => lab.stop());
    const pod = (name: string): string => lab.layout.pods.find(({ workload }) => workload.name === name)!.name;
    // Every pod of the Service listens, whichever it leads to.
    const servers = lab.layout.pods.filter(({ workload }) => workload.name === "javaapp").map(({ name }) => name);
    const ended = await Promise.all(servers.map((server) => openConnection(lab, pod("jclient"), server)));
    const lines = capture(lab, t);
    const opened = await eventually("all are told as open", async () => {
      const found = lines.filter((line) => line.event === "opened" && isAsked(line));
      return found.length >= servers.length ? found : undefined;
    });
    for (const line of opened) {
      t.match(line, { outcome: "inferred", inferredFrom: "conntrack", server: { port: 8080 } });
    }
    await eventually("the status says so", async () =>
      lines.some((line) => line.event === "status" && line.older?.conntrack === "whole") ? true : undefined,
    );
    for (const end of ended) end();
    const closed = await eventually("all are told as closed", async () => {
      const found = lines.filter((line) => line.event === "closed" && isAsked(line));
      return found.length >= servers.length ? found : undefined;
    });
    t.strictSame(idsOf(closed), idsOf(opened));
  },
);

/** Whether the connection is one to the Service. */
function isAsked(line: EventLine): boolean {
  return "nat" in line && line.nat.some(({ server }) => server.ip === service);
}

function idsOf(lines: readonly EventLine[]): readonly string[] {
  return lines.map((line) => ("id" in line ? line.id : "")).sort();
}
