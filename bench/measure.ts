import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Listener } from "./listeners.ts";
import { inNamespace, LISTENER, type Place, SENDER, SENDING } from "./place.ts";
import { commandOf, cpuSeconds, family, peakMebibytes } from "./process-cost.ts";

export interface Traffic {
  readonly name: string;
  readonly file: string;
  readonly loops: number;
  readonly packetsPerSecond: number;
  /** Whether the sender sleeps between packets, where it must not take a processor of its own. */
  readonly isPatient?: boolean;
  readonly packets: number;
}

export interface ProcessCost {
  readonly cpuSeconds: number;
  readonly peakMebibytes: number;
}

export interface Measured {
  readonly name: string;
  /** Eldest first: of weir agent, the agent and then its capture. */
  readonly processes: readonly ProcessCost[];
  /** Undefined where the program did not say. */
  readonly dropped: number | undefined;
  readonly told: number | undefined;
}

/** From its start until it listens and has come to rest. */
const STARTED_MS = 4_000;
/** weir keeps an ended connection for two seconds before it tells of it. */
const TOLD_MS = 4_000;
const GIVE_UP_MS = 60_000;

/** What a listener costs while the traffic is replayed; its start and its end are not counted. */
export async function measure(place: Place, listener: Listener, traffic: Traffic): Promise<Measured> {
  const child = place.sandbox.start(inNamespace(LISTENER, listener.argv), { stdio: ["ignore", "pipe", "pipe"] });
  let lastWords = "";
  const keep = (text: string): void => void (lastWords = (lastWords + text).slice(-100_000));
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("latin1").on("data", keep);
  const closed = new Promise((resolve) => child.once("close", resolve));
  await untilListening(place, () => lastWords);
  await sleep(listener.startedMs ?? STARTED_MS);
  const pids = family(child.pid!).filter((pid) => !/^(nsenter|setpriv|ip) /u.test(commandOf(pid)));
  const before = pids.map(cpuSeconds);
  await replay(place, traffic);
  await sleep(TOLD_MS);
  const processes = pids.map((pid, index) => ({
    cpuSeconds: cpuSeconds(pid) - before[index]!,
    peakMebibytes: peakMebibytes(pid),
  }));
  const answer = listener.ask === undefined ? undefined : await ask(place, listener.ask);
  process.kill(pids[0]!, "SIGINT");
  await closed;
  const words = answer ?? lastWords;
  return { name: listener.name, processes, dropped: find(listener.dropped, words), told: find(listener.told, words) };
}

async function untilListening({ sandbox }: Place, lastWords: () => string): Promise<void> {
  for (let waitedMs = 0; waitedMs < GIVE_UP_MS; waitedMs += 100) {
    const { stdout } = await sandbox.run(inNamespace(LISTENER, ["cat", "/proc/net/packet"]));
    if (stdout.trim().split("\n").length > 1) return;
    await sleep(100);
  }
  throw new Error(`nobody listens: ${lastWords()}`);
}

export async function replay({ sandbox }: Place, traffic: Traffic): Promise<void> {
  const { file, loops, packetsPerSecond, packets, isPatient = false } = traffic;
  // Each turn comes from other addresses, so that its connections are new ones.
  const turns = loops > 1 ? [`--loop=${loops}`, "--unique-ip"] : [];
  const waits = isPatient ? ["--timer=nano"] : [];
  const argv = ["tcpreplay", "-i", SENDING, "--preload-pcap", `--pps=${packetsPerSecond}`, ...waits, ...turns, file];
  const { code, stdout, stderr } = await sandbox.run(inNamespace(SENDER, argv));
  const sent = Number(/Successful packets:\s+(\d+)/u.exec(stdout)?.[1]);
  if (code !== 0 || sent !== packets) throw new Error(`tcpreplay sent ${sent} of ${packets} packets: ${stderr}`);
}

async function ask({ sandbox }: Place, argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await sandbox.run(inNamespace(LISTENER, argv));
  return stdout + stderr;
}

function find(pattern: RegExp | undefined, text: string): number | undefined {
  const found = pattern?.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The API server of a benchmark's cluster, when its kubeconfig is there. */
export async function startCluster({ sandbox }: Place, kubeconfig: string, program = "cluster.ts"): Promise<void> {
  const path = new URL(program, import.meta.url).pathname;
  sandbox.start(inNamespace(LISTENER, [process.execPath, path, kubeconfig]), { stdio: "ignore" });
  for (let waitedMs = 0; !existsSync(kubeconfig); waitedMs += 100) {
    if (waitedMs > GIVE_UP_MS) throw new Error("the cluster's API server does not start");
    await sleep(100);
  }
}
