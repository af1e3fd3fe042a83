import t, { type Test } from "tap";
import { connectApi } from "../../src/cluster/api/connect-api.ts";
import { ObjectWatch } from "../../src/cluster/api/object-watch.ts";
import type { RawObject } from "../../src/cluster/api/read-api.ts";
import type { ApiServer } from "../api-server/api-server.ts";
import { serve } from "../api-server/ask.ts";
import { eventually } from "../demo/eventually.ts";

const pauses = { firstMs: 5, mostMs: 50, missedMs: 50, silentMs: 60_000 };

interface Watched {
  readonly there: Set<string>;
  readonly faults: (string | undefined)[];
  readonly lists: () => number;
  readonly stop: () => Promise<void>;
}

async function watch(t: Test, server: ApiServer, labelSelector?: string): Promise<Watched> {
  const folder = t.testdir({ kubeconfig: server.kubeconfig() });
  const connection = await connectApi({ kind: "kubeconfig", path: `${folder}/kubeconfig` });
  const there = new Set<string>();
  const faults: (string | undefined)[] = [];
  let lists = 0;
  const abort = new AbortController();
  const kind = { apiVersion: "v1", kind: "ConfigMap", resource: "configmaps", ...(labelSelector && { labelSelector }) };
  const running = new ObjectWatch({
    connection,
    kind,
    pauses,
    onPresent: (object: RawObject) => there.add((object["metadata"] as { readonly name: string }).name),
    onGone: (key) => there.delete(key.split("/")[1]!),
    onListed: () => (lists += 1),
    onFault: (fault) => faults.push(fault),
  }).run(abort.signal);
  const stop = (): Promise<void> => {
    abort.abort();
    return running;
  };
  t.teardown(stop);
  return { there, faults, stop, lists: () => lists };
}

function configMap(name: string, labels: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "shop", labels } };
}

function until(watched: Watched, ...names: readonly string[]): Promise<true> {
  return eventually(names.join(", "), () =>
    Promise.resolve([...watched.there].sort().join(" ") === names.join(" ") ? true : undefined),
  );
}

await t.test("what is there, what comes and what goes is told, also what went while nobody was told", async (t) => {
  const server = await serve(t, [configMap("a"), configMap("b")]);
  const watched = await watch(t, server);
  await until(watched, "a", "b");
  await eventually("it is watched", () => Promise.resolve(server.watches === 1 ? true : undefined));
  server.put(configMap("c"));
  server.remove(configMap("a"));
  await until(watched, "b", "c");
  await server.stop();
  server.remove(configMap("b"));
  server.forget();
  await eventually("it is said", () => Promise.resolve(watched.faults.length > 0 ? true : undefined));
  await server.start();
  await until(watched, "c");
  t.equal(watched.lists(), 2);
  t.match(watched.faults, [String, undefined]);
});

await t.test("only objects of the labels asked for are told, and one that loses them goes", async (t) => {
  const server = await serve(t, [configMap("a", { holds: "x" }), configMap("b")]);
  const watched = await watch(t, server, "holds=x");
  await until(watched, "a");
  await eventually("it is watched", () => Promise.resolve(server.watches === 1 ? true : undefined));
  server.put(configMap("c", { holds: "x" }));
  server.put(configMap("a", { holds: "y" }));
  await until(watched, "c");
  t.ok(server.asked.every((url) => url.includes("labelSelector=holds%3Dx")));
});

await t.test("after its signal nothing is told any more", async (t) => {
  const server = await serve(t, [configMap("a")]);
  const watched = await watch(t, server);
  await until(watched, "a");
  await watched.stop();
  await eventually("the server is let go", () => Promise.resolve(server.watches === 0 ? true : undefined));
  server.put(configMap("b"));
  t.strictSame([...watched.there], ["a"]);
});
