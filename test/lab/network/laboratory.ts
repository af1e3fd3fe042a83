import type { ChildProcess } from "node:child_process";
import { type Sandbox, openSandbox } from "../../../demo/lab/sandbox.ts";
import type { Pod } from "./addresses.ts";
import { type Service, serviceRules } from "./service-rules.ts";
import { type Tunnel, deviceOf, podAddress, tunnelRoutes } from "./tunnels.ts";
import { type WiringStep, interfaceOf, wireNodes, wirePod } from "./wiring.ts";

export interface LaboratoryPlan {
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly tunnels: readonly Tunnel[];
  /** The pods at the two ends of every tunnel, one on each node. */
  readonly tunnelEnds: readonly [Pod, Pod];
}

/** Two nodes, their pods and the world, in network namespaces of a sandbox of their own. */
export class Laboratory {
  readonly #sandbox: Sandbox;
  /** The tunnels that this kernel could make. */
  readonly tunnels: readonly Tunnel[];

  private constructor(sandbox: Sandbox, tunnels: readonly Tunnel[]) {
    this.#sandbox = sandbox;
    this.tunnels = tunnels;
  }

  /** Throws, with the reason, where this machine makes no network namespaces. */
  static async open(plan: LaboratoryPlan): Promise<Laboratory> {
    const sandbox = await openSandbox();
    try {
      await apply(sandbox, [...wireNodes(), ...plan.pods.flatMap(wirePod)]);
      const possible: Tunnel[] = [];
      for (const tunnel of plan.tunnels) if (await dig(sandbox, tunnel, plan.tunnelEnds)) possible.push(tunnel);
      for (const pod of plan.pods) await must(sandbox, inNetwork(pod.name, ["sh", "-ec", tellEveryError]));
      for (const node of ["node1", "node2"]) {
        await must(sandbox, inNetwork(node, ["sh", "-ec", forwardPackets]));
        await must(sandbox, inNetwork(node, ["nft", "-f", "-"]), serviceRules(plan.services));
      }
      return new Laboratory(sandbox, possible);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  /** Starts a command in a namespace, with pipes. */
  start(where: string, argv: readonly string[], stderr: "inherit" | "pipe" = "inherit"): ChildProcess {
    return this.#sandbox.start(inNetwork(where, argv), { stdio: ["pipe", "pipe", stderr] });
  }

  /** Runs a command in a namespace to its end; throws where it fails. */
  async run(where: string, argv: readonly string[], input?: string): Promise<string> {
    return must(this.#sandbox, inNetwork(where, argv), input);
  }

  async addPod(pod: Pod): Promise<void> {
    await apply(this.#sandbox, wirePod(pod));
  }

  /** Its interface goes at once, its programs end with their standard input. */
  async removePod({ name, node }: Pod): Promise<void> {
    const veth = interfaceOf({ name, node });
    await apply(this.#sandbox, [
      { within: `node${node}`, lines: [`link del ${veth}`] },
      { lines: [`netns del ${name}`] },
    ]);
  }

  close(): Promise<void> {
    return this.#sandbox.close();
  }
}

/** Undefined where the laboratory can be made on this machine, else the reason why not. */
export async function whyNoLaboratory(): Promise<string | undefined> {
  try {
    const sandbox = await openSandbox();
    try {
      for (const each of [["ip", "netns", "add", "try"], inNetwork("try", ["nft", "add", "table", "inet", "try"])]) {
        await must(sandbox, each);
      }
    } finally {
      await sandbox.close();
    }
    return undefined;
  } catch (error) {
    return `this machine makes no such laboratory (${error instanceof Error ? error.message : String(error)})`;
  }
}

// The kernel sends a stranger one ICMP error a second, of the thousand that are asked for here.
const tellEveryError = `
  echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
  for each in msgs_per_sec msgs_burst; do
    [ ! -w /proc/sys/net/ipv4/icmp_$each ] || echo 100000 > /proc/sys/net/ipv4/icmp_$each
  done`;

// Written as files, for sysctl(8) is not on every machine.
const forwardPackets = `${tellEveryError}
  echo 1 > /proc/sys/net/ipv4/ip_forward
  for each in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > "$each"; done
  echo 1 > /proc/sys/net/ipv6/conf/all/forwarding`;

/** False where this machine has no such device, or not the program that sets it up. */
async function dig(sandbox: Sandbox, tunnel: Tunnel, ends: readonly [Pod, Pod]): Promise<boolean> {
  if (tunnel.between !== undefined) await apply(sandbox, [{ lines: tunnel.between }]);
  for (const own of [1, 2] as const) {
    if (!(await makeDevice(sandbox, tunnel, own))) return false;
    const node = `node${own}`;
    const set = await sandbox.run(inNetwork(node, ["sh", "-ec", tunnel.setUp?.(own) ?? ":"]));
    if (set.code !== 0) return false;
    const end = ends[own - 1]!;
    const address = podAddress(tunnel, own);
    const device = own === 1 ? interfaceOf(end) : "cni0";
    await apply(sandbox, [
      { within: node, lines: [...tunnelRoutes(tunnel, own), `route add ${address} dev ${device}`] },
      { within: end.name, lines: [`addr add ${address}/32 dev eth0`] },
    ]);
  }
  return true;
}

async function makeDevice(sandbox: Sandbox, tunnel: Tunnel, own: 1 | 2): Promise<boolean> {
  const node = `node${own}`;
  const add = ["ip", "link", "add", deviceOf(tunnel, own), ...tunnel.kind(own).split(" ")];
  if ((await sandbox.run(inNetwork(node, add))).code === 0) return true;
  if (tunnel.instead === undefined) return false;
  return (await sandbox.run(inNetwork(node, tunnel.instead(own)))).code === 0;
}

async function apply(sandbox: Sandbox, steps: readonly WiringStep[]): Promise<void> {
  for (const { within, lines } of steps) {
    await must(sandbox, ["ip", ...(within === undefined ? [] : ["-n", within]), "-batch", "-"], lines.join("\n"));
  }
}

function inNetwork(where: string, argv: readonly string[]): readonly string[] {
  return ["ip", "netns", "exec", where, ...argv];
}

async function must(sandbox: Sandbox, argv: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await sandbox.run(argv, input);
  if (code !== 0)
    throw new Error(`${argv.join(" ")}: ${(stderr || stdout).trim() || `exit ${String(code)}`}\n${input ?? ""}`);
  return stdout;
}
