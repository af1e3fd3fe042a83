import { Counter, Gauge, Registry } from "prom-client";
import type { ClusterState } from "../cluster/cluster-state.ts";
import type { CaptureStatus } from "../flow/connection.ts";
import type { FeedStatus } from "../flow/capture-feed.ts";
import type { ProfileBook } from "../profile/profile-book.ts";

/** What the metrics are read from, at the moment that they are asked for. */
export interface MetricSources {
  readonly captureStatus: () => CaptureStatus | undefined;
  readonly feedStatus: () => FeedStatus;
  readonly book: ProfileBook;
  readonly cluster: ClusterState;
}

/** A registry of its own, not prom-client's global one, so that two agents in one process (as in tests) do not meet. */
export function makeRegistry(sources: MetricSources): Registry {
  const registry = new Registry();
  const read = (name: string, help: string, value: () => number | undefined): void => {
    registry.registerMetric(new Gauge({ name, help, registers: [], collect: setTo(value) }));
  };
  const { captureStatus, feedStatus, book, cluster } = sources;
  read("weir_capture_packets", "Packets read since capture began", () => captureStatus()?.packets);
  read("weir_capture_dropped_packets", "Packets the kernel had no room for (ps_drop)", () => captureStatus()?.dropped);
  read("weir_capture_overflowed_events", "Events the agent was too slow to take", () => captureStatus()?.overflowed);
  read(
    "weir_capture_evicted_connections",
    "Connections forgotten early for want of room",
    () => captureStatus()?.evicted,
  );
  read("weir_capture_connected", "Whether the capture process is heard", () => Number(feedStatus().isConnected));
  read("weir_capture_restarts", "Times that capture was begun again", () => feedStatus().restarts);
  read("weir_capture_bad_lines", "Lines from capture that were no events", () => feedStatus().badLines);
  read("weir_profiles", "Workloads seen", () => book.size);
  read("weir_profile_overflowed_connections", "Connections left out for want of room", () => book.overflowed);
  read("weir_profile_undirected_connections", "Connections of unknown direction, in no profile", () => book.undirected);
  read("weir_cluster_pods", "Pods known now", () => cluster.pods().length);
  countUnreadable(registry, captureStatus);
  return registry;
}

function countUnreadable(registry: Registry, captureStatus: MetricSources["captureStatus"]): void {
  const counter = new Counter({
    name: "weir_capture_unreadable_packets_total",
    help: "Packets without readable headers",
    labelNames: ["reason"],
    registers: [],
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(captureStatus()?.unreadable ?? {})) this.inc({ reason }, count);
    },
  });
  registry.registerMetric(counter);
}

/** What is not known yet is not shown as zero: the sample is left out. */
function setTo(value: () => number | undefined): (this: Gauge) => void {
  return function collect(this: Gauge) {
    const now = value();
    if (now === undefined) this.remove();
    else this.set(now);
  };
}
