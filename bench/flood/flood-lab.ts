/**
 * A node that forwards between an attacker, a pod with a server, and a pod with a client that tells the
 * truth, with weir on it. Everything is in namespaces of its own; the flood goes nowhere else.
 */
import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { openSandbox, type Sandbox } from "../../demo/lab/sandbox.ts";
import type { CaptureStatus } from "../../src/flow/connection.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { forgedSyns } from "./forged-syns.ts";

const weir = fileURLToPath(new URL("../../bin/weir", import.meta.url));
const serverIp = "10.9.0.2";
const clientIp = "10.9.1.2";
const gateMac = "02:00:00:00:00:01";
/** As many sources as RFC 2544's block has addresses. */
const FORGED = 131_072;

const network = `
  ip link set lo up
  for each in attacker:10.8.0 server:10.9.0 client:10.9.1; do
    name=\${each%:*} net=\${each#*:}
    ip netns add $name
    ip link add to-$name type veth peer name eth0 netns $name
    ip address add $net.1/24 dev to-$name
    ip link set to-$name up
    ip -n $name link set lo up
    ip -n $name address add $net.2/24 dev eth0
    ip -n $name link set eth0 up
    ip -n $name route add default via $net.1
  done
  ip link set to-attacker address ${gateMac}
  ip route add 198.18.0.0/15 via 10.8.0.2
  ip -n attacker route add blackhole 198.18.0.0/15
  echo 1 > /proc/sys/net/ipv4/ip_forward
  for each in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > "$each"; done`;

const pod = (name: string, ip: string): string => `
- apiVersion: v1
  kind: Pod
  metadata: { name: ${name}, namespace: lab, uid: ${name}, creationTimestamp: "2024-01-01T00:00:00Z", labels: { app: ${name} } }
  spec: { nodeName: node }
  status: { phase: Running, podIP: ${ip}, podIPs: [{ ip: ${ip} }], startTime: "2024-01-01T00:00:00Z" }`;

export interface FloodLabOptions {
  /** net.ipv4.tcp_syncookies of the server's pod. */
  readonly synCookies: 0 | 1 | 2;
}

export class FloodLab {
  readonly #sandbox: Sandbox;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.startAgent();
  }

  /** Also after it was killed: it goes on with what it has kept. */
  startAgent(): void {
    const args = ["--cluster", "/run/cluster.yaml", "--data-dir", "/run/weir", "--log-level", "error"];
    this.#sandbox.start([weir, "agent", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  }

  /** Runs code in a pod, or on the node; its standard output can be read, and ending its standard input ends nothing. */
  run(where: "client" | "node", code: string): ChildProcess {
    const argv = [process.execPath, "-e", code];
    const command = where === "node" ? argv : inside(where, argv);
    return this.#sandbox.start(command, { stdio: ["ignore", "pipe", "inherit"] });
  }

  static async start({ synCookies }: FloodLabOptions): Promise<FloodLab> {
    const sandbox = await openSandbox();
    const built = await sandbox.run(["sh", "-ec", network]);
    if (built.code !== 0) throw new Error(built.stderr);
    const set = `echo ${synCookies} > /proc/sys/net/ipv4/tcp_syncookies`;
    await sandbox.run(["ip", "netns", "exec", "server", "sh", "-c", set]);
    const cluster = `apiVersion: v1\nkind: List\nitems:${pod("server", serverIp)}${pod("client", clientIp)}\n`;
    writeFileSync(`${sandbox.root}/run/cluster.yaml`, cluster);
    const listen = `require("net").createServer((s) => s.on("error", () => {}).end("hi")).listen(80, () => console.log("listening"))`;
    const server = sandbox.start(inside("server", [process.execPath, "-e", listen]), {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(server.stdout!, "data");
    return new FloodLab(sandbox);
  }

  stop(): Promise<void> {
    return this.#sandbox.close();
  }

  /** Sends forged SYNs to a port of the server as fast as it goes; resolves with how many it sent. */
  async flood(port: number, seconds: number): Promise<number> {
    const file = `/run/syns-${port}.pcap`;
    writeFileSync(this.#sandbox.root + file, forgedSyns(FORGED, { mac: gateMac, ip: serverIp, port }));
    const limit = ["timeout", "--signal=INT", "--kill-after=5", String(seconds)];
    const replay = ["tcpreplay", "--topspeed", "--preload-pcap", "--loop=1000000", "--intf1=eth0", file];
    const { stdout, stderr } = await this.#sandbox.run(inside("attacker", [...limit, ...replay]));
    const [, sent] = /Actual: (\d+) packets/u.exec(stdout + stderr) ?? [];
    if (sent === undefined) throw new Error(stdout + stderr);
    return Number(sent);
  }

  /** Tries so many connections, one after the other; resolves with how many the server served. */
  async connect(times: number, pauseMs: number): Promise<number> {
    const code = `
      const one = () => new Promise((ok) => { const s = require("net").connect(80, "${serverIp}"); let n = 0;
        s.setTimeout(1500, () => s.destroy()).on("data", () => n = 1).on("error", () => {}).on("close", () => ok(n)); });
      (async () => { let served = 0; for (let n = 0; n < ${times}; n++) { served += await one(); await new Promise((r) => setTimeout(r, ${pauseMs})); } console.log(served); })();`;
    const { stdout } = await this.#sandbox.run(inside("client", [process.execPath, "-e", code]));
    return Number(stdout);
  }

  /** Milliseconds that each of the questions took that were asked one after the other for so long, on the node. */
  async ask(seconds: number): Promise<readonly number[]> {
    const code = `
      const end = performance.now() + ${seconds * 1000}, took = [];
      (async () => { while (performance.now() < end) { const start = performance.now();
        await fetch("http://127.0.0.1:9447/api/v1/profiles/lab/pod/server").then((a) => a.text()); took.push(performance.now() - start);
        await new Promise((r) => setTimeout(r, 20)); } console.log(JSON.stringify(took)); })();`;
    const asking = this.#sandbox.start([process.execPath, "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
    return JSON.parse(await text(asking.stdout!)) as number[];
  }

  async get(path: string): Promise<string | undefined> {
    const { code, stdout } = await this.#sandbox.run(["curl", "-s", "--fail", `http://127.0.0.1:9447${path}`]);
    return code === 0 ? stdout : undefined;
  }

  async profile(): Promise<Profile> {
    return JSON.parse((await this.get("/api/v1/profiles/lab/pod/server")) ?? "null") as Profile;
  }

  /** What /metrics has of capture's losses. */
  async losses(): Promise<
    Readonly<
      Record<
        keyof Pick<CaptureStatus, "packets" | "dropped" | "sampledOut" | "evicted" | "overflowed" | "untold">,
        number
      >
    >
  > {
    const metrics = (await this.get("/metrics")) ?? "";
    const read = (name: string): number =>
      Number(new RegExp(`^weir_capture_${name}_total (\\d+)`, "mu").exec(metrics)?.[1]);
    return {
      packets: read("packets"),
      dropped: read("dropped_packets"),
      sampledOut: read("sampled_out_packets"),
      untold: read("untold_attempts"),
      evicted: read("evicted_connections"),
      overflowed: read("overflowed_events"),
    };
  }

  /** The most memory that the agent or capture ever had resident, MiB. */
  peakMiB(command: "agent" | "capture"): number {
    const status = readFileSync(`${this.#sandbox.root}/proc/${this.pid(command)}/status`, "utf8");
    return Math.round(Number(/^VmHWM:\s+(\d+)/mu.exec(status)?.[1]) / 1024);
  }

  /** Inside the sandbox; undefined where none runs. */
  pid(command: "agent" | "capture"): string | undefined {
    const proc = `${this.#sandbox.root}/proc`;
    return readdirSync(proc).find((name) => {
      if (!/^\d+$/u.test(name)) return false;
      try {
        const words = readFileSync(`${proc}/${name}/cmdline`, "utf8").split("\0");
        return words.some((word) => word.endsWith("src/main.ts")) && words.includes(command);
      } catch {
        return false; // it has just ended
      }
    });
  }

  async kill(command: "agent" | "capture"): Promise<void> {
    await this.#sandbox.run(["kill", "-KILL", this.pid(command)!]);
  }
}

function inside(namespace: string, argv: readonly string[]): readonly string[] {
  return ["ip", "netns", "exec", namespace, ...argv];
}
