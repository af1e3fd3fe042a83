import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import * as fc from "fast-check";
import t from "tap";
import type { ApiConnection } from "../../src/cluster/api/connect-api.ts";
import { ListItems } from "../../src/cluster/api/list-items.ts";
import { listKind } from "../../src/cluster/api/read-api.ts";

/** The items and what is around them, of a list that comes in pieces of these lengths. */
function takeApart(text: string, lengths: readonly number[]) {
  const items: unknown[] = [];
  const list = new ListItems(true, (json) => items.push(JSON.parse(json)));
  let octets = Buffer.from(text);
  for (const length of lengths) {
    list.push(octets.subarray(0, length));
    octets = octets.subarray(length);
  }
  list.push(octets);
  const around = list.end();
  return { items, around: around === undefined ? undefined : (JSON.parse(around) as unknown) };
}

await t.test("a list in whatever pieces gives its items one by one, and what is around them", async () => {
  const item = fc.dictionary(fc.string(), fc.jsonValue());
  const head = fc.record({ continue: fc.string(), resourceVersion: fc.string(), other: fc.jsonValue() });
  const lengths = fc.array(fc.nat({ max: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 5 }), head, lengths, fc.boolean(), (items, metadata, pieces, isLast) => {
      const list = isLast ? { kind: "PodList", metadata, items } : { items, kind: "PodList", metadata };
      const apart = takeApart(JSON.stringify(list, undefined, pieces.length % 3), pieces);
      assert.deepStrictEqual(apart.items, JSON.parse(JSON.stringify(items)));
      const around = JSON.parse(JSON.stringify({ ...list, items: undefined })) as object;
      assert.deepStrictEqual({ ...(apart.around as object), items: undefined }, { ...around, items: undefined });
    }),
  );
});

await t.test("a list without items, and one that breaks off, are told apart", async (t) => {
  t.same(takeApart('{"kind":"PodList","metadata":{},"items":null}', []), {
    items: [],
    around: { kind: "PodList", metadata: {}, items: null },
  });
  t.same(takeApart('{"items":[{"a":1},{"b":', [9]), { items: [{ a: 1 }], around: undefined });
});

await t.test("wherever a list is cut in two, every object of it is told", async (t) => {
  const items = ["a", "b", "c"].map((name) => ({ metadata: { name } }));
  const whole = Buffer.from(JSON.stringify({ metadata: { resourceVersion: "7" }, items }));
  const kind = { apiVersion: "v1", kind: "Pod", resource: "pods" };
  const { signal } = new AbortController();
  for (let at = 0; at <= whole.length; at += 1) {
    const pieces = [whole.subarray(0, at), whole.subarray(at)];
    // A body is all that is read of an answer here.
    const open = (): Promise<IncomingMessage> => Promise.resolve(Readable.from(pieces) as IncomingMessage);
    const connection = { server: "", open } as Partial<ApiConnection> as ApiConnection;
    const told: unknown[] = [];
    const version = await listKind(connection, kind, (objects) => told.push(...objects), signal);
    if (version === "7" && JSON.stringify(told) === JSON.stringify(items)) continue;
    t.fail(`cut at ${at}: ${JSON.stringify(told)}`);
  }
});
