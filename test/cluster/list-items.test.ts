import assert from "node:assert/strict";
import * as fc from "fast-check";
import t from "tap";
import { ListItems } from "../../src/cluster/api/list-items.ts";

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
