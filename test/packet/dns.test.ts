import { encode } from "dns-packet";
import type { Answer, Packet } from "dns-packet";
import * as fc from "fast-check";
import t from "tap";
import { decodeDnsResponse } from "../../src/packet/dns.ts";

const question = { type: "A", name: "Shop.Example" } as const;

function response(answers: Answer[], more: Packet = {}): Uint8Array {
  return encode({ type: "response", id: 4711, questions: [question], answers, ...more });
}

function decoded(message: Uint8Array) {
  return decodeDnsResponse(message, 0, message.length);
}

await t.test("the addresses of the name asked, with the least time to live", async (test) => {
  const message = response([
    { type: "A", name: "shop.example", ttl: 300, data: "192.0.2.1" },
    { type: "A", name: "SHOP.example", ttl: 60, data: "192.0.2.2" },
    { type: "A", name: "shop.example", ttl: 300, data: "192.0.2.1" },
  ]);
  test.strictSame(decoded(message), {
    id: 4711,
    name: "shop.example",
    type: "A",
    addresses: ["192.0.2.1", "192.0.2.2"],
    ttlSeconds: 60,
  });
});

await t.test("through a CNAME chain in any order the name is the one asked", async (test) => {
  const message = response([
    { type: "AAAA", name: "edge.cdn.example", ttl: 300, data: "2001:DB8:0::1" },
    { type: "CNAME", name: "www.shop.example", ttl: 30, data: "edge.cdn.example" },
    { type: "CNAME", name: "shop.example", ttl: 3600, data: "WWW.shop.example" },
  ]);
  test.strictSame(decoded(message), {
    id: 4711,
    name: "shop.example",
    type: "A",
    addresses: ["2001:db8::1"],
    ttlSeconds: 30,
  });
});

await t.test("addresses that the question does not lead to are left out", async (test) => {
  const stranger = { type: "A", name: "bank.example", ttl: 1, data: "203.0.113.66" } as const;
  const nothing = { id: 4711, name: "shop.example", type: "A", addresses: [], ttlSeconds: 0 };
  test.strictSame(decoded(response([stranger])), nothing);
  test.strictSame(decoded(response([], { additionals: [{ ...stranger, name: "shop.example" }] })), nothing);
  test.strictSame(decoded(response([{ ...stranger, name: "shop.example", class: "CH" }])), nothing);
  const elsewhere = [alias("shop.example", "www.example"), { ...stranger, name: "shop.example" }];
  test.strictSame(decoded(response(elsewhere)), { ...nothing, ttlSeconds: 5 });
});

function alias(name: string, data: string) {
  return { type: "CNAME", name, ttl: 5, data } as const;
}

await t.test("a CNAME loop and a CNAME chain too long lead nowhere", async (test) => {
  const loop = [alias("shop.example", "a.example"), alias("a.example", "shop.example")];
  test.match(decoded(response(loop)), { addresses: [], ttlSeconds: 5 });
  const chain = (length: number) => [
    alias("shop.example", "n1.example"),
    ...Array.from({ length: length - 1 }, (_, index) => alias(`n${index + 1}.example`, `n${index + 2}.example`)),
    { type: "A", name: `n${length}.example`, ttl: 5, data: "192.0.2.1" } as const,
  ];
  test.match(decoded(response(chain(16))), { addresses: ["192.0.2.1"] });
  test.match(decoded(response(chain(17))), { addresses: [] });
});

await t.test("a time to live with its highest bit set counts as none", async (test) => {
  test.match(decoded(response([{ type: "A", name: "shop.example", ttl: 0x80000000, data: "192.0.2.1" }])), {
    addresses: ["192.0.2.1"],
    ttlSeconds: 0,
  });
});

await t.test("only successful responses to one question count", async (test) => {
  const message = response([{ type: "A", name: "shop.example", ttl: 1, data: "192.0.2.1" }]);
  const changed = (at: number, octet: number) => decoded(Uint8Array.from(message).fill(octet, at, at + 1));
  test.equal(changed(2, 0x01), undefined, "a query");
  test.equal(changed(2, 0xa8), undefined, "an update");
  test.equal(changed(3, 0x83), undefined, "no such name");
  test.equal(changed(5, 0), undefined, "no question");
  test.equal(changed(5, 2), undefined, "two questions");
});

await t.test("faults behind the answers do no harm, faults before them leave nothing", async (test) => {
  const message = response([{ type: "A", name: "shop.example", ttl: 1, data: "192.0.2.1" }]);
  const withCount = (at: number, count: number) => decoded(Uint8Array.from(message).fill(count, at, at + 2));
  test.match(withCount(8, 0xff), { addresses: ["192.0.2.1"] });
  test.match(withCount(10, 0xff), { addresses: ["192.0.2.1"] });
  test.equal(withCount(6, 0xff), undefined);
  for (let kept = 0; kept < message.length; kept++) test.equal(decoded(message.subarray(0, kept)), undefined);
});

await t.test(
  "the message is where the caller says, and longer ones than EDNS asks for are left alone",
  async (test) => {
    const message = response([{ type: "A", name: "shop.example", ttl: 1, data: "192.0.2.1" }]);
    const within = new Uint8Array(5000);
    within.set(message, 7);
    test.match(decodeDnsResponse(within, 7, 7 + message.length), { id: 4711, addresses: ["192.0.2.1"] });
    test.match(decodeDnsResponse(within, 7, 7 + 4096), { addresses: ["192.0.2.1"] });
    test.equal(decodeDnsResponse(within, 7, 7 + 4097), undefined);
  },
);

await t.test("any octets that pass for a response do no harm, nor does reading them change them", async (test) => {
  const start = [0, 1, 0x81, 0x80, 0, 1, 0];
  const isLeftAsItWas = fc.property(fc.nat(9), fc.uint8Array({ maxLength: 300 }), (count, rest) => {
    const message = Uint8Array.from([...start, count, 0, 0, 0, 0, ...rest]);
    const before = message.join();
    decoded(message);
    return message.join() === before;
  });
  test.doesNotThrow(() => fc.assert(isLeftAsItWas));
});
