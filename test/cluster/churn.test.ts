import t from "tap";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import type { Party } from "../../src/cluster/flow.ts";
import { IdentityQueue } from "../../src/cluster/identity-queue.ts";
import { ApiNews } from "./churn/news.ts";
import { Random } from "../random.ts";
import { Schedule } from "./churn/schedule.ts";
import { type LivePod, toUs, World } from "./churn/world.ts";

const NODES = 300;
const APPS = 2_000;
const CRON_JOBS = 500;
const REPLICAS = 5;
const SECONDS = 900;

/** Runs the world, and what weir would say of its connections; counts what of that is true. */
function simulate(seed: number) {
  const random = new Random(seed);
  const schedule = new Schedule();
  const cluster = new ClusterState({ skewUs: 250_000 });
  const news = new ApiNews({ cluster, schedule, random, maxDelay: 30 });
  const onObject = news.tell.bind(news);
  const world = new World({ random, schedule, nodes: NODES, reuseShare: 0.05, clockSkew: 0.1, onObject });

  const truth = new Map<string, readonly LivePod[]>();
  const count = { connections: 0, right: 0, wrong: 0, unresolved: 0, ofRuns: 0 };
  const wrong: string[] = [];
  const queue = new IdentityQueue({
    cluster,
    knownUntilUs: (nowUs) => news.knownUntilUs(nowUs),
    onFlow: ({ flow }) => {
      const ends: readonly Party[] = [flow.client, flow.servers[0]];
      const pods = truth.get(flow.connection.id)!;
      truth.delete(flow.connection.id);
      for (const [index, { identity }] of ends.entries()) {
        const is = pods[index]!.workload;
        const said = identity.kind === "pod" ? `${identity.workload.kind}/${identity.workload.name}` : identity.kind;
        if (said === is) count.right += 1;
        else if (identity.kind === "unresolved") {
          count.unresolved += 1;
        } else wrong.push(`${is} is said to be ${said}`);
      }
    },
  });

  const connect = (client: LivePod | undefined): void => {
    const server = random.one(world.running);
    if (schedule.now > SECONDS || client?.ip === undefined || server?.ip === undefined || client === server) return;
    const id = String((count.connections += 1));
    if (client.workload.startsWith("CronJob/")) count.ofRuns += 1;
    truth.set(id, [client, server]);
    const at = schedule.now;
    const ends = { client: { ip: client.ip, port: 40_000 }, server: { ip: server.ip, port: 8080 } };
    const connection = {
      id,
      protocol: "TCP",
      ...ends,
      outcome: "established",
      bytes: null,
      startUs: toUs(at),
      nat: [],
    } as const;
    // Some are told when they begin and again when they end; most only when they have ended, some much later.
    if (random.next() < 0.1)
      schedule.in(0.5, () =>
        queue.add({ kind: "opened", connection: { ...connection, endUs: toUs(at) } }, toUs(schedule.now)),
      );
    else
      schedule.in(random.next() < 0.05 ? random.between(1, 300) : 0.2, () =>
        queue.add({ kind: "closed", connection: { ...connection, endUs: toUs(schedule.now) } }, toUs(schedule.now)),
      );
  };

  const revisions = new Map<number, number>();
  const replicas = new Map<number, LivePod[]>();
  for (let app = 0; app < APPS; app++) {
    world.rollOut(app, 0);
    revisions.set(app, 0);
    replicas.set(
      app,
      Array.from({ length: REPLICAS }, () => world.startReplica(app, 0)),
    );
  }
  const rollOut = (): void => {
    const app = random.below(APPS);
    const revision = revisions.get(app)! + 1;
    revisions.set(app, revision);
    world.rollOut(app, revision);
    for (const [index, old] of replicas.get(app)!.entries())
      schedule.in(index * 2, () => {
        replicas.get(app)![index] = world.startReplica(app, revision);
        schedule.in(3, () => world.stop(old));
      });
    schedule.in(random.between(0, 6), rollOut);
  };
  const run = (): void => {
    const pod = world.startRun(random.below(CRON_JOBS), 1);
    // It asks somebody as soon as it runs.
    const ask = (): void => (pod.runs === undefined ? schedule.in(0.05, ask) : connect(pod));
    schedule.in(0.3, ask);
    schedule.in(random.between(0, 2), run);
  };
  const talk = (): void => {
    connect(random.one(world.running));
    schedule.in(random.between(0, 0.02), talk);
  };
  const look = (): void => {
    queue.advance(toUs(schedule.now));
    schedule.in(1, look);
  };
  // All is up, and known, before anybody is heard.
  schedule.runUntil(60);
  for (const begin of [rollOut, run, talk, look]) schedule.in(0, begin);
  schedule.at(200, () => news.outage(60, "resume"));
  schedule.at(500, () => news.outage(30, "list"));
  // Some last for five minutes.
  schedule.runUntil(SECONDS + 400);
  return {
    ...count,
    wrong,
    waiting: truth.size,
    reused: world.reused,
    told: news.told,
    pods: cluster.podCount,
  };
}

await t.test("in a cluster that churns nobody is taken for another, and hardly anybody is unknown", async (t) => {
  const result = simulate(7);
  t.comment(JSON.stringify({ ...result, wrong: result.wrong.length }));
  t.strictSame(result.wrong, []);
  t.ok(result.connections > 50_000 && result.ofRuns > 500 && result.reused > 100, "it is a test at all");
  t.ok(result.unresolved <= 0.001 * 2 * result.connections, `${result.unresolved} ends unresolved`);
  t.equal(result.waiting, 0, "every connection is told");
});
