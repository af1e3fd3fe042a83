import t, { type Test } from "tap";
import type { ApiKind } from "../../src/cluster/api/api-kind.ts";
import { connectApi } from "../../src/cluster/api/connect-api.ts";
import { type Write, writeObjects, type WritePaces } from "../../src/cluster/api/write-objects.ts";
import type { ApiServer } from "../api-server/api-server.ts";
import { ask, namesIn, serve } from "../api-server/ask.ts";
import { eventually } from "../demo/eventually.ts";

const kind: ApiKind = { apiVersion: "v1", kind: "ConfigMap", resource: "configmaps" };
const paces: WritePaces = { lookMs: 1, gapMs: 1, firstMs: 20, mostMs: 80 };

interface Written {
  readonly done: string[];
  readonly refused: string[];
  readonly faults: (string | undefined)[];
}

/** Writes what is in the list, in order; what is done or refused leaves it. */
async function write(t: Test, server: ApiServer, waiting: (readonly [string, object | undefined])[]): Promise<Written> {
  const folder = t.testdir({ kubeconfig: server.kubeconfig() });
  const connection = await connectApi({ kind: "kubeconfig", path: `${folder}/kubeconfig` });
  const stop = new AbortController();
  const written: Written = { done: [], refused: [], faults: [] };
  const next = (): Write | undefined => {
    const [first] = waiting;
    if (first === undefined) return undefined;
    const [name, object] = first;
    const take = (list: string[]) => (): void => {
      list.push(name);
      waiting.shift();
    };
    return {
      place: { kind, namespace: "shop", name },
      object,
      onDone: take(written.done),
      onRefused: take(written.refused),
    };
  };
  const onFault = (fault: string | undefined): void => void written.faults.push(fault?.slice(0, 3));
  const running = writeObjects({ connection, manager: "weir-n1", next, onFault, paces }, stop.signal);
  t.teardown(async () => {
    stop.abort();
    await running;
  });
  return written;
}

function configMap(name: string, data: unknown = { a: "b" }): readonly [string, object] {
  return [name, { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "shop" }, data }];
}

await t.test("objects are applied, and deleted, one after the other; one that is gone is deleted", async (t) => {
  const server = await serve(t);
  const written = await write(t, server, [configMap("a"), configMap("b"), ["a", undefined], ["never", undefined]]);
  await eventually("all is done", () => Promise.resolve(written.done.length === 4 ? true : undefined));
  const { body } = await ask(server, "GET /api/v1/configmaps");
  t.strictSame(namesIn({ body, status: 200, headers: new Headers() }), ["b"]);
  t.match(body, { items: [{ metadata: { managedFields: [{ manager: "weir-n1", operation: "Apply" }] } }] });
  t.strictSame(written.faults, [undefined, undefined, undefined, undefined]);
});

await t.test("a refused object gives way to the next", async (t) => {
  const server = await serve(t);
  const bad = ["1", "2", "3"].map((name) => configMap(`bad-${name}`, "no map"));
  const written = await write(t, server, [...bad, configMap("a")]);
  await eventually("the good one is there", () => Promise.resolve(written.done.length === 1 ? true : undefined));
  t.strictSame([written.refused, written.done], [["bad-1", "bad-2", "bad-3"], ["a"]]);
  t.strictSame(written.faults, [undefined, "400", "400", undefined], "one alone is nothing to be said");
});

await t.test("while nothing answers there are pauses, and then it goes on", async (t) => {
  const server = await serve(t);
  await server.stop();
  const waiting = [configMap("a"), configMap("b")];
  const written = await write(t, server, waiting);
  await eventually("it has failed a few times", () => Promise.resolve(written.faults.length > 2 ? true : undefined));
  t.strictSame([written.done, written.refused, waiting.length], [[], [], 2], "nothing is lost");
  await server.start();
  await eventually("all is done", () => Promise.resolve(written.done.length === 2 ? true : undefined));
});
