/** What the state answers must not depend on where its objects came from. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import t, { type Test } from "tap";
import { parseAllDocuments } from "yaml";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { type ClusterOrigin, followCluster } from "../../src/cluster/follow-cluster.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { eventually } from "../demo/eventually.ts";
import { pod, us } from "./builders.ts";

const shopText = readFileSync(new URL("files/shop.yaml", import.meta.url), "utf8");

interface World {
  readonly origin: ClusterOrigin;
  readonly put: (object: object) => void;
  readonly remove: (object: object) => void;
}

function shopObjects(): object[] {
  return parseAllDocuments(shopText).flatMap((document) => {
    const value = document.toJS() as { items?: object[] };
    return value.items ?? [value];
  });
}

const worlds: Readonly<Record<string, (t: Test) => Promise<World>>> = {
  files: (t) => {
    const file = join(t.testdir(), "cluster.json");
    let items = shopObjects();
    const write = (): void => writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    const without = (object: object): object[] => items.filter((item) => nameOf(item) !== nameOf(object));
    const put = (object: object): void => {
      items = [...without(object), object];
      write();
    };
    const remove = (object: object): void => {
      items = without(object);
      write();
    };
    write();
    return Promise.resolve({ origin: { kind: "files", paths: [file] }, put, remove });
  },
  "the API": async (t) => {
    const server = await new ApiServer(shopObjects()).start();
    t.teardown(() => server.stop());
    const path = join(t.testdir(), "kubeconfig");
    writeFileSync(path, server.kubeconfig());
    const origin: ClusterOrigin = { kind: "api", credentials: { kind: "kubeconfig", path } };
    return { origin, put: (object) => server.put(object), remove: (object) => server.remove(object) };
  },
};

function nameOf(object: object): string {
  const { kind, metadata } = object as { kind: string; metadata: { namespace?: string; name: string } };
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}

async function follow(t: Test, { origin }: World): Promise<ClusterState> {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const state = new ClusterState();
  const { first, fault, missed } = await followCluster(origin, {
    signal: stop.signal,
    logger: pino({ level: "silent" }),
    nowUs: () => Date.now() * 1000,
    newsLagUs: 0,
    onChange: (changes) => state.apply(changes, Date.now() * 1000),
  });
  await first;
  t.strictSame([fault(), missed()], [undefined, []]);
  return state;
}

/** Everything that later stages ask of a state. */
function answers(state: ClusterState): object {
  const ips = ["10.244.1.20", "10.244.1.5", "10.244.1.2", "10.244.2.31", "192.168.56.12", "10.244.1.9", "10.96.0.10"];
  return {
    who: ips.map((ip) => state.identify(ip, us("10:00:00"))),
    // The API lists by namespace and name, a file in its own order.
    workloads: state.workloads().toSorted((a, b) => (a.namespace + a.name < b.namespace + b.name ? -1 : 1)),
    pods: state
      .pods()
      .map((one) => ({ ...one, workload: state.workloadOf(one) }))
      .sort(byName),
    services: state.services().toSorted(byName),
    policies: state.networkPolicies().toSorted(byName),
    namespaces: state.namespaces().map(({ metadata }) => state.namespaceLabels(metadata.name)),
  };
}

interface Named {
  readonly metadata: { readonly name: string };
}

function byName(a: Named, b: Named): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

await t.test("files and the API give the same answers", async (t) => {
  const [files, api] = await Promise.all(
    Object.values(worlds).map(async (make) => answers(await follow(t, await make(t)))),
  );
  t.strictSame(api, files);
});

for (const [name, make] of Object.entries(worlds)) {
  await t.test(`${name}: what comes is known, and a pod that has gone is remembered`, async (t) => {
    const world = await make(t);
    const state = await follow(t, world);
    const late = pod("late", { ip: "10.244.2.77", start: "10:00:00", running: "10:00:01" });
    world.put(late);
    await eventually("late is known", () =>
      Promise.resolve(state.podsOf({ namespace: "shop", kind: "Pod", name: "late" })[0]),
    );
    const seenUs = Date.now() * 1000;
    world.remove(late);
    const isGone = (): true | undefined =>
      state.pods().some(({ metadata }) => metadata.name === "late") ? undefined : true;
    await eventually("late is gone", () => Promise.resolve(isGone()));
    t.match(state.identify("10.244.2.77", seenUs), { kind: "pod", pod: "late" });
    t.match(state.identify("10.244.2.77", seenUs + 3_600_000_000), { kind: "unresolved" });
  });
}

await t.test("the API: nothing is known before the first state, so that connections wait for it", async (t) => {
  const server = await new ApiServer(shopObjects()).start();
  const path = join(t.testdir(), "kubeconfig");
  writeFileSync(path, server.kubeconfig());
  await server.stop();
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const followed = await followCluster(
    { kind: "api", credentials: { kind: "kubeconfig", path } },
    {
      signal: stop.signal,
      logger: pino({ level: "silent" }),
      nowUs: () => Date.now() * 1000,
      newsLagUs: 3_000_000,
      onChange: () => undefined,
    },
  );
  t.equal(followed.knownUntilUs(us("10:00:10")), -Infinity);
  await server.start();
  t.teardown(() => server.stop());
  await followed.first;
  t.equal(followed.knownUntilUs(us("10:00:10")), us("10:00:07"));
});
