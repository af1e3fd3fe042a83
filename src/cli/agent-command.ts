import type { Command } from "commander";
import { isInPod } from "../cluster/api/service-account.ts";
import type { ClusterOrigin } from "../cluster/follow-cluster.ts";
import type { GivenRanges } from "../cluster/given-ranges.ts";
import { type AccessFlags, addAccessFlags, toAccessSettings } from "./access-flags.ts";
import { flag } from "./flag.ts";
import { addRangeFlags, type RangeFlags, toGivenRanges } from "./range-flags.ts";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CaptureSource } from "../flow/capture-feed.ts";
import type { AccessSettings } from "../server/front-door.ts";
import { type ListenAddress, parseListenAddress } from "../server/listen-address.ts";
import { interfaceOption } from "./capture-command.ts";
import { stopSignal } from "./stop-signal.ts";
import { UsageError } from "./usage-error.ts";

const launcher = fileURLToPath(new URL("../../bin/weir", import.meta.url));

const help = `
Learns until it is told to stop, and answers over HTTP:
  GET  /api/v1/profiles                             what is known of each workload, in short
  GET  /api/v1/profiles/{namespace}/{kind}/{name}   one profile
  GET  /api/v1/graph                                who talks to whom
  GET  /api/v1/flows?follow=1                       connections as they come, a JSON object a line
  POST /api/v1/policies/{namespace}/{kind}/{name}   a NetworkPolicy and its review
  POST /api/v1/check                                would these policies let pass what was seen
  GET  /openapi.json                                all of it

In a pod, without --cluster and --kubeconfig, the service account is used.

On loopback nobody is asked who he is. Anywhere else callers show a token of the cluster's, over TLS, and see what the
cluster lets them see of networkprofiles.weir.io: docs/security.md.

Examples:
  kubectl get namespaces,nodes,pods,services,endpointslices,replicasets,deployments,statefulsets,daemonsets,jobs,cronjobs,networkpolicies -A -o yaml > cluster.yaml
  weir agent --cluster cluster.yaml
  weir agent --kubeconfig ~/.kube/config
  curl -s -X POST -H 'accept: application/yaml' http://127.0.0.1:9447/api/v1/policies/shop/deployment/javaapp

Exit status: 0 told to stop; 2 bad usage or input, or it can't capture.`;

/** Settings of the agent, checked. */
export interface AgentOptions {
  readonly capture: CaptureSource;
  readonly cluster: ClusterOrigin;
  readonly ranges: GivenRanges;
  /** How late the cluster's news may be: so old a connection is when it gets its names. */
  readonly newsLagMs: number;
  readonly listen: ListenAddress;
  readonly access: AccessSettings;
  readonly dataDir: string;
  /** Whose own side of each connection is recorded; undefined records both. */
  readonly node: string | undefined;
  readonly logLevel: string;
}

interface RawOptions extends RangeFlags, AccessFlags {
  readonly interface: string;
  readonly capture: string;
  readonly cluster?: readonly string[];
  readonly kubeconfig?: string;
  readonly newsLag: string;
  readonly listen: string;
  readonly dataDir: string;
  readonly node?: string;
  readonly logLevel: string;
}

/** What the command does comes from outside: the agent is made of all stages, and stands after this one. */
export type RunAgent = (options: AgentOptions, signal: AbortSignal) => Promise<void>;

export function addAgentCommand(program: Command, runAgent: RunAgent): void {
  const command = program
    .command("agent")
    .summary("learn live and answer over HTTP")
    .description("Watches this machine's traffic, keeps a profile of each workload and writes NetworkPolicies from it.")
    .addOption(interfaceOption())
    .addOption(flag("--capture <how>", "spawn, or unix:PATH of a running weir capture --socket").default("spawn"))
    .addOption(
      flag("--cluster <file...>", "what kubectl get -o yaml printed: files or folders, followed as they change"),
    )
    .addOption(flag("--kubeconfig <file>", "list and watch the cluster's API with these credentials"))
    .addOption(
      flag(
        "--news-lag <seconds>",
        "how late the API's news of pods may be: connections wait so long for their names",
      ).default("3"),
    )
    .addOption(flag("--listen <address>", "where HTTP is answered; :PORT is every address").default("127.0.0.1:9447"))
    .addOption(flag("--data-dir <folder>", "where profiles are kept").default(defaultDataDir()))
    .addOption(flag("--node <name>", "record only this node's own side of each connection"))
    .addOption(
      flag("--log-level <level>", "of the log on standard error")
        .choices(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
        .default("info"),
    );
  addRangeFlags(addAccessFlags(command))
    .addHelpText("after", help)
    .action((raw: RawOptions) => runAgent(checkOptions(raw), stopSignal()));
}

/** All faults are reported together. */
function checkOptions(raw: RawOptions): AgentOptions {
  const faults: string[] = [];
  const check = <Value>(name: string, read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      faults.push(`--${name} ${error.message}`);
      return undefined;
    }
  };
  const capture = check("capture", () => toCaptureSource(raw.capture, raw.interface));
  const listen = check("listen", () => parseListenAddress(raw.listen));
  const cluster = check("cluster", () => toOrigin(raw.cluster, raw.kubeconfig));
  const newsLagMs = check("news-lag", () => toMilliseconds(raw.newsLag));
  const access = listen && check("auth", () => toAccessSettings(raw, listen, cluster?.kind !== "files"));
  if (!capture || !listen || !cluster || newsLagMs === undefined || !access) throw new UsageError(faults.join("; "));
  const { dataDir, node, logLevel } = raw;
  return { capture, cluster, ranges: toGivenRanges(raw), newsLagMs, listen, access, dataDir, node, logLevel };
}

function toCaptureSource(how: string, interfaces: string): CaptureSource {
  if (how === "spawn") {
    // Through the launcher, which knows what Node.js and what heap capture is to have.
    return { kind: "spawn", command: [launcher, "capture", "--interface", interfaces] };
  }
  const path = /^unix:(?<path>.+)$/u.exec(how)?.groups?.["path"];
  if (path === undefined) throw new RangeError(`${how}: expected spawn or unix:PATH`);
  return { kind: "unix", path };
}

/** Bounded, since what waits is kept in memory. */
const MAX_NEWS_LAG_SECONDS = 300;

function toMilliseconds(seconds: string): number {
  const isNumber = /^\d+(\.\d+)?$/u.test(seconds);
  if (!isNumber || Number(seconds) > MAX_NEWS_LAG_SECONDS)
    throw new RangeError(`${seconds}: expected seconds, ${MAX_NEWS_LAG_SECONDS} at most`);
  return Number(seconds) * 1000;
}

/** A cluster is named, never guessed: what KUBECONFIG of a shell points to may be another one than this node's. */
function toOrigin(files: readonly string[] = [], kubeconfig: string | undefined): ClusterOrigin {
  if (files.length > 0 && kubeconfig !== undefined) throw new RangeError("and --kubeconfig: give one of them");
  if (files.length > 0) return { kind: "files", paths: files };
  if (kubeconfig !== undefined) return { kind: "api", credentials: { kind: "kubeconfig", path: kubeconfig } };
  if (isInPod()) return { kind: "api", credentials: { kind: "service account" } };
  throw new RangeError(
    "is missing, and so is --kubeconfig: give files that kubectl get -o yaml printed, or a kubeconfig",
  );
}

/** The XDG Base Directory Specification's place for state; a folder of the machine's for a user without a home. */
function defaultDataDir(): string {
  const stateHome = process.env["XDG_STATE_HOME"];
  if (stateHome !== undefined) return join(stateHome, "weir");
  try {
    return join(homedir(), ".local", "state", "weir");
  } catch {
    return "/var/lib/weir"; // a container's user that /etc/passwd does not know
  }
}
