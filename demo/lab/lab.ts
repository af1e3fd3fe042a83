import type { ChildProcess, SpawnOptions } from "node:child_process";
import { existsSync } from "node:fs";
import { kubernetesList } from "./kubernetes-list.ts";
import { layOut } from "./layout.ts";
import { type LabPlan, type Layout, type Program, labFolder } from "./plan.ts";
import { type OnProgramEnd, ProgramGroup } from "./program-group.ts";
import { type Finished, type Sandbox, openSandbox } from "./sandbox.ts";
import { serviceNat } from "./service-nat.ts";
import { nodeNetwork, outsideNetwork, wire } from "./wiring.ts";

/** A small cluster made of network namespaces: see demo/README.md for its shape. */
export interface Lab {
  readonly layout: Layout;
  /** What `kubectl get ... -A -o yaml` would print of it. */
  readonly clusterYaml: string;
  /** A folder of the lab's own, on a RAM disk that vanishes with it, as programs in the lab see it ... */
  readonly folder: string;
  /** ... and as this process does. */
  readonly folderFromHere: string;
  /** Runs a command to its end where a pod, the `node` or the `outside` is. */
  exec: (where: string, argv: readonly string[], input?: string) => Promise<Finished>;
  /** Starts a command there that goes on. */
  start: (where: string, argv: readonly string[], options?: SpawnOptions) => ChildProcess;
  /** Starts the plan's programs, servers first; resolves when all servers listen. */
  startPrograms: () => Promise<void>;
  /** What a program has written of late. */
  output: (program: string) => string;
  /** Resolves when nothing of the lab is left. */
  stop: () => Promise<void>;
}

export interface LabOptions {
  readonly plan: LabPlan;
  readonly onProgramEnd?: OnProgramEnd;
  readonly now?: () => Date;
}

/** Brings up the lab's network, without its programs. Throws where this machine refuses; see {@link whyNoLab}. */
export async function startLab({ plan, onProgramEnd = () => {}, now = () => new Date() }: LabOptions): Promise<Lab> {
  const sandbox = await openSandbox();
  try {
    const layout = layOut(plan);
    await build(sandbox, layout);
    return labOf(sandbox, layout, { programs: new ProgramGroup(onProgramEnd), startedAt: now() });
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/** Undefined where a lab can be made on this machine, else the reason why not. */
export async function whyNoLab(): Promise<string | undefined> {
  try {
    const sandbox = await openSandbox();
    const attempts = [
      ["ip", "netns", "add", "try"],
      ["ip", "netns", "exec", "try", "nft", "add", "table", "inet", "try"],
      ["dnsmasq", "--version"],
    ];
    try {
      for (const attempt of attempts) await must(sandbox, attempt);
    } finally {
      await sandbox.close();
    }
    return undefined;
  } catch (error) {
    return `this machine makes no such lab (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** False where the kernel runs without IPv6. */
export function hasIPv6(): boolean {
  return existsSync("/proc/sys/net/ipv6");
}

async function build(sandbox: Sandbox, layout: Layout): Promise<void> {
  for (const { within, lines } of wire(layout)) {
    await must(sandbox, ["ip", ...(within === undefined ? [] : ["-n", within]), "-batch", "-"], lines.join("\n"));
  }
  await must(sandbox, inNetwork(nodeNetwork, ["sh", "-ec", forwardPackets]));
  await must(sandbox, inNetwork(nodeNetwork, ["nft", "-f", "-"]), serviceNat(layout));
}

// Written as files, for sysctl(8) is not on every machine.
const forwardPackets = `
  echo 1 > /proc/sys/net/ipv4/ip_forward
  for each in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > "$each"; done
  [ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/all/forwarding`;

function labOf(
  sandbox: Sandbox,
  layout: Layout,
  { programs, startedAt }: { readonly programs: ProgramGroup; readonly startedAt: Date },
): Lab {
  const start: Lab["start"] = (where, argv, options) => sandbox.start(inNetwork(where, argv), options);
  const add = (role: Program["role"]): Promise<void>[] =>
    programsOf(layout)
      .filter(([, program]) => program.role === role)
      .map(([where, program]) => programs.add(program, start(where, program.argv, { stdio: "pipe" })));
  return {
    layout,
    clusterYaml: kubernetesList(layout, startedAt),
    folder: labFolder,
    folderFromHere: `${sandbox.root}${labFolder}`,
    exec: (where, argv, input) => sandbox.run(inNetwork(where, argv), input),
    start,
    startPrograms: async () => {
      await Promise.all(add("server"));
      await Promise.all(add("client"));
    },
    output: (program) => programs.output(program),
    stop: () => {
      programs.expectEnd();
      return sandbox.close();
    },
  };
}

function programsOf(layout: Layout): readonly (readonly [where: string, program: Program])[] {
  const { node, outside } = layout.plan;
  return [
    ...outside.programs.map((program) => [outsideNetwork, program] as const),
    ...layout.pods.map((pod) => [pod.name, pod.workload.program(pod, layout)] as const),
    ...node.programs(layout).map((program) => [nodeNetwork, program] as const),
  ];
}

function inNetwork(where: string, argv: readonly string[]): readonly string[] {
  return ["ip", "netns", "exec", where, ...argv];
}

async function must(sandbox: Sandbox, argv: readonly string[], input?: string): Promise<void> {
  const { code, stdout, stderr } = await sandbox.run(argv, input);
  if (code !== 0) throw new Error(`${argv.join(" ")}: ${(stderr || stdout).trim() || `exit ${String(code)}`}`);
}
