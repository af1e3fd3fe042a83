import { Counter, Gauge, Registry } from "prom-client";
import type { ClusterState } from "../cluster/cluster-state.ts";
import type { IdentityQueue } from "../cluster/identity-queue.ts";
import type { CaptureStatus } from "../flow/connection.ts";
import type { FeedStatus } from "../flow/capture-feed.ts";
import type { ProfileBook } from "../profile/profile-book.ts";

/** What the metrics are read from, at the moment that they are asked for. */
export interface MetricSources {
  readonly captureStatus: () => CaptureStatus | undefined;
  readonly feedStatus: () => FeedStatus;
  readonly book: ProfileBook;
  readonly cluster: ClusterState;
  /** Kinds of objects that may not be read. */
  readonly missed: () => readonly string[];
  /** Connections that wait until it is known whose they are. */
  readonly queue: Pick<IdentityQueue, "size" | "overflowed">;
  /** What is exchanged with other nodes' agents, where there are some. */
  readonly parts?: ExchangedParts | undefined;
}

/** Parts of profiles: those that wait to be published, and those of others while somebody asks. */
export interface ExchangedParts {
  readonly waiting: number;
  readonly fault: string | undefined;
  readonly profiles: {
    readonly counts: { readonly held: number; readonly leftOut: number; readonly unreadable: number };
  };
}

/** A registry of its own, not prom-client's global one, so that two agents in one process (as in tests) do not meet. */
export function makeRegistry(sources: MetricSources): Registry {
  const registry = new Registry();
  const { captureStatus, feedStatus, book, cluster, missed, queue } = sources;
  const gauge = (name: string, help: string, value: () => number): void => {
    registry.registerMetric(new Gauge({ name, help, registers: [], collect: setTo(value) }));
  };
  const counter = (name: string, help: string, value: () => number | undefined): void => {
    registry.registerMetric(new Counter({ name, help, registers: [], collect: countTo(value) }));
  };
  counter("weir_capture_packets_total", "Packets read", () => captureStatus()?.packets);
  counter("weir_capture_dropped_packets_total", "Packets the kernel had no room for", () => captureStatus()?.dropped);
  counter(
    "weir_capture_overflowed_events_total",
    "Events the agent was too slow to take",
    () => captureStatus()?.overflowed,
  );
  counter(
    "weir_capture_evicted_connections_total",
    "Connections forgotten for want of room",
    () => captureStatus()?.evicted,
  );
  counter(
    "weir_capture_sampled_out_packets_total",
    "Packets left out because there were more than the budget allows",
    () => captureStatus()?.sampledOut,
  );
  counter(
    "weir_capture_untold_attempts_total",
    "Failed attempts that were only counted, because there were too many to tell one by one",
    () => captureStatus()?.untold,
  );
  counter(
    "weir_capture_reopened_total",
    "Times that an interface was opened anew because nothing came through",
    () => captureStatus()?.reopened,
  );
  optionalGauge(registry, "weir_capture_interfaces", "Interfaces captured", () => captureStatus()?.interfaces);
  optionalGauge(
    registry,
    "weir_capture_interfaces_not_captured",
    "Interfaces that match but are down, not readable or too many",
    () => captureStatus()?.interfacesNotCaptured,
  );
  optionalGauge(registry, "weir_capture_silent", "Whether its own packets on loopback do not come through", () => {
    const isSilent = captureStatus()?.isSilent ?? undefined;
    return isSilent === undefined ? undefined : Number(isSilent);
  });
  counter("weir_capture_restarts_total", "Times that capture was begun again", () => feedStatus().restarts);
  counter("weir_capture_bad_lines_total", "Lines from capture that were no events", () => feedStatus().badLines);
  gauge("weir_capture_connected", "Whether the capture process is heard", () => Number(feedStatus().isConnected));
  gauge("weir_profiles", "Workloads seen", () => book.size);
  gauge("weir_identity_waiting", "Connections that wait for news of the cluster", () => queue.size);
  counter("weir_identity_overflowed_total", "Told before that for want of room", () => queue.overflowed);
  counter("weir_cluster_forgotten_total", "Past holders of addresses, forgotten", () => cluster.forgotten);
  gauge("weir_cluster_missed_kinds", "Kinds of objects that may not be read", () => missed().length);
  gauge("weir_cluster_pods", "Pods known now", () => cluster.podCount);
  counter("weir_connections_total", "Connections told since the start", () => book.placement.connections);
  counter("weir_connections_of_pods_total", "Of those, with a pod at one end", () => book.placement.ofPods);
  counter(
    "weir_service_backends_told_total",
    "Backends seen that EndpointSlices tell",
    () => book.placement.backends.told,
  );
  counter(
    "weir_service_backends_untold_total",
    "Backends seen that they do not tell",
    () => book.placement.backends.untold,
  );
  counter("weir_connections_undirected_total", "Of unknown direction, in no profile", () => book.undirected);
  counter("weir_connections_overflowed_total", "Left out of profiles for want of room", () => book.overflowed);
  counter("weir_unresolved_ends_total", "Ends of connections that nobody knows", () =>
    book.placement.reasons.reduce((sum, [, count]) => sum + count, 0),
  );
  countUnreadable(registry, captureStatus);
  if (sources.parts !== undefined) showParts(registry, sources.parts);
  return registry;
}

function showParts(registry: Registry, parts: ExchangedParts): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    registry.registerMetric(new Gauge({ name, help, registers: [], collect: setTo(value) }));
  };
  gauge("weir_parts_waiting", "Objects that wait to be written to the API", () => parts.waiting);
  gauge("weir_parts_exchanged", "Whether parts can be written and read", () => Number(parts.fault === undefined));
  gauge("weir_parts_held", "Parts of other nodes that are held to answer from", () => parts.profiles.counts.held);
  gauge("weir_parts_left_out", "Those that there is no room for", () => parts.profiles.counts.leftOut);
  gauge("weir_parts_unreadable", "Those that could not be read", () => parts.profiles.counts.unreadable);
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

/** What is not known is left out. */
function optionalGauge(registry: Registry, name: string, help: string, value: () => number | undefined): void {
  const gauge = new Gauge({
    name,
    help,
    registers: [],
    collect() {
      const now = value();
      if (now === undefined) this.remove();
      else this.set(now);
    },
  });
  registry.registerMetric(gauge);
}

function setTo(value: () => number): (this: Gauge) => void {
  return function collect(this: Gauge) {
    this.set(value());
  };
}

/** The count is kept elsewhere. What is not known yet is not shown as zero: the sample is left out. */
function countTo(value: () => number | undefined): (this: Counter) => void {
  return function collect(this: Counter) {
    this.reset();
    const now = value();
    if (now === undefined) this.remove();
    else this.inc(now);
  };
}
