import { LISTENING } from "./place.ts";

/** A program that listens on the veth, as it is started, and how it says what it lost. */
export interface Listener {
  readonly name: string;
  readonly argv: readonly string[];
  /** How long its start takes, where that is more than a few seconds. */
  readonly startedMs?: number;
  /** Run beside it after the replay; without one, its own last words are read. */
  readonly ask?: readonly string[];
  /** Finds the packets dropped, in the answer or the last words. */
  readonly dropped: RegExp;
  /** Finds how many connections it told, where it says so. */
  readonly told?: RegExp;
}

export interface Programs {
  readonly weir: string;
  readonly filter: string;
  readonly kubeconfig: string;
  readonly folder: string;
}

/** weir listens to all TCP for half a minute at its start, for connections that are older: see docs/flows.md. */
const SWEPT_MS = 35_000;

/** In the order in which they are measured, one after the other, so that none waits for another's turn on a CPU. */
export function listeners({ weir, filter, kubeconfig, folder }: Programs): readonly Listener[] {
  return [
    {
      name: "tcpdump, with weir's filter",
      argv: ["tcpdump", "-ni", LISTENING, "-w", "/dev/null", filter],
      dropped: /(\d+) packets dropped by kernel/u,
    },
    {
      name: "softflowd",
      // Room for as many flows as weir has; it forgets early by default, at 8,192.
      argv: ["softflowd", "-d", "-i", LISTENING, "-m", "65536", "-n", "127.0.0.1:9995", "-c", "/run/softflowd.ctl"],
      ask: ["softflowctl", "-c", "/run/softflowd.ctl", "statistics"],
      dropped: /dropped by libpcap: (\d+)/u,
    },
    {
      name: "argus",
      argv: ["argus", "-X", "-i", LISTENING, "-M", "1", "-w", "/run/argus.out"],
      ask: ["ra", "-n", "-r", "/run/argus.out", "-s", "pkts", "drops", "-", "man"],
      dropped: /(\d+)\s*$/u,
    },
    {
      name: "weir capture",
      argv: [weir, "capture", "--interface", LISTENING],
      startedMs: SWEPT_MS,
      dropped: /.*"event":"status","packets":\d+,"dropped":(\d+)/su,
    },
    {
      name: "weir agent and its capture",
      argv: [
        weir,
        "agent",
        "--interface",
        LISTENING,
        "--kubeconfig",
        kubeconfig,
        "--node",
        "node-1",
        "--data-dir",
        `${folder}/data`,
      ],
      startedMs: SWEPT_MS,
      ask: ["curl", "-s", "http://127.0.0.1:9447/metrics"],
      dropped: /^weir_capture_dropped_packets_total (\d+)/mu,
      told: /^weir_connections_total (\d+)/mu,
    },
  ];
}
