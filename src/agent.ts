import { pino } from "pino";
import { giveBackSpareMemory } from "./capture/spare-memory.ts";
import type { AgentOptions } from "./cli/agent-command.ts";
import { ClusterState } from "./cluster/cluster-state.ts";
import { followCluster } from "./cluster/follow-cluster.ts";
import { type IdentifiedEvent, IdentityQueue } from "./cluster/identity-queue.ts";
import { CaptureFeed } from "./flow/capture-feed.ts";
import type { CaptureStatus, FlowEvent } from "./flow/connection.ts";
import { keepProfiles } from "./profile/keep-profiles.ts";
import { exchangeParts } from "./profile/part/part-exchange.ts";
import { orRefuse, refuse } from "./refuse.ts";
import { agentConditions } from "./server/agent-conditions.ts";
import { toFlowLine } from "./server/flow-line.ts";
import { FlowLog } from "./server/flow-log.ts";
import { addDoorMetrics } from "./server/door-metrics.ts";
import { followCertificate, openFrontDoor, sayWhere } from "./server/front-door.ts";
import { makeRegistry } from "./server/metrics.ts";
import { buildServer } from "./server/server.ts";

/** How long the last writes and requests may still take when the agent has been told to end. */
const GOODBYE_MS = 1_000;
/** An edge is on the disk's side of a crash within a second. */
const SAVE_PERIOD_MS = 500;
/** Nodes keep their clocks by NTP: nobody is named for a moment that another clock would give to somebody else. */
const CLOCK_SKEW_US = 250_000;

/**
 * The whole product. Connections come from a capture process; the cluster says whose they are; the book
 * makes profiles of them, which the store keeps; the server answers for them and for the policies made of
 * them. Ends when `signal` aborts; throws UsageError where it can't go on.
 */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const logger = pino({ level: options.logLevel }, pino.destination({ fd: 2, sync: true }));
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort(), { once: true });

  // Who is who.
  const cluster = new ClusterState({ skewUs: CLOCK_SKEW_US }, options.ranges);

  // What is learned, and where it is kept.
  const onWarning = (detail: string): void => logger.warn({ stage: "store", detail }, "store");
  const { book, decisions, store, saver } = orRefuse(() =>
    keepProfiles({ ...options, onWarning, listener: () => exchange }),
  );
  const certificates = orRefuse(() => followCertificate(options, logger.child({ stage: "access" }), stop.signal));

  // What becomes of a connection.
  const flows = new FlowLog(toFlowLine);
  const onFlow = (event: IdentifiedEvent): void => {
    if (event.kind === "opened") book.addOpened(event.flow);
    else if (event.endUnseen === true) book.addLeft(event.flow);
    else book.addClosed(event.flow);
    flows.add(event);
  };
  const queue = new IdentityQueue({ cluster, onFlow, knownUntilUs: (now) => followed.knownUntilUs(now) });
  let captureStatus: CaptureStatus | undefined;
  const onEvent = (event: FlowEvent): void => {
    if (event.kind === "opened" || event.kind === "closed") return queue.add(event, nowUs());
    if (event.kind === "resolved") return book.addName(event.resolved);
    if (event.kind === "named") return book.addClaimedName(event.named);
    captureStatus = event.status;
    book.addStatus(event.status);
  };

  // Where packets come from, and where objects do.
  const feed = new CaptureFeed({ source: options.capture, onEvent, logger: logger.child({ stage: "capture" }) });
  const followed = await followCluster(options.cluster, {
    signal: stop.signal,
    logger: logger.child({ stage: "cluster" }),
    nowUs,
    newsLagUs: options.newsLagMs * 1000,
    onChange: (changes) => cluster.apply(changes, nowUs()),
  }).catch(refuse);

  // What this node tells the others, and hears of them.
  const exchange = exchangeParts(options.node, followed.connection, {
    observer: store.observer,
    cluster,
    book,
    saver,
    decisions,
    nowMs: Date.now,
    signal: stop.signal,
    logger: logger.child({ stage: "profile" }),
  });

  // Who may ask.
  const door = openFrontDoor(options.access, {
    certificates,
    connection: followed.connection,
    logger: logger.child({ stage: "access" }),
  });
  const registry = makeRegistry({
    captureStatus: () => captureStatus,
    feedStatus: () => feed.status,
    book,
    cluster,
    missed: () => followed.missed(),
    queue,
    parts: exchange,
  });
  addDoorMetrics(registry, door);
  const server = await buildServer({
    ...door,
    book: exchange?.profiles ?? book,
    cluster,
    flows,
    conditions: () =>
      agentConditions({ feed, captureStatus: () => captureStatus, followed, cluster, saver, exchange, door }),
    registry,
    decisions,
    logger: logger.child({ stage: "server" }),
    keep: () => saver.keep(Date.now()),
    forget: (workload, what) => exchange?.forget(workload, what) ?? saver.forget(workload, what, Date.now()),
  });

  // All of it at once.
  const saving = setInterval(() => {
    queue.advance(nowUs());
    saver.save(Date.now());
  }, SAVE_PERIOD_MS);
  try {
    await server.listen({ ...options.listen, listenTextResolver: (url) => sayWhere(url, door) }).catch(refuse);
    // What is captured before the cluster is known waits for it in the queue.
    const sayWhenKnown = async (): Promise<void> => {
      await followed.first;
      if (stop.signal.aborted) return;
      giveBackSpareMemory(stop.signal);
      logger.info({ dataDir: options.dataDir, profiles: book.size, pods: cluster.podCount }, "learning");
      await exchange?.run();
    };
    await Promise.all([sayWhenKnown(), feed.run(stop.signal).catch(refuse)]);
  } finally {
    clearInterval(saving);
    stop.abort();
    // What was learned first; then the other nodes, and the callers, who get a moment to take what they asked for.
    queue.finish(nowUs());
    saver.finish(Date.now());
    store.close();
    const impatience = setTimeout(() => server.server.closeAllConnections(), GOODBYE_MS);
    await Promise.all([exchange?.flush(GOODBYE_MS), server.close()]);
    clearTimeout(impatience);
  }
}

function nowUs(): number {
  return Date.now() * 1000;
}
