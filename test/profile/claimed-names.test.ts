import t from "tap";
import { AskedNames } from "../../src/profile/asked-names.ts";
import { EdgeRecord } from "../../src/profile/edge-record.ts";
import { isNamedOutside } from "../../src/policy/learn/held-back.ts";
import type { Connection } from "../../src/flow/connection.ts";

const connection: Connection = {
  id: "1",
  protocol: "TCP",
  client: { ip: "10.1.0.5", port: 41000 },
  server: { ip: "203.0.113.9", port: 443 },
  outcome: "established",
  bytes: null,
  startUs: 1,
  endUs: 2,
  nat: [],
};

function recordWith(names: readonly string[], claimedNames: readonly string[]): EdgeRecord {
  const peer = { type: "external", ip: "203.0.113.9" } as const;
  const record = new EdgeRecord({ direction: "egress", peer, protocol: "TCP", port: 443 });
  record.count(connection, { pod: "web-1", node: undefined, resolution: "address", names, claimedNames });
  return record;
}

await t.test("a TLS server name is a name of its address for the pod that asked, and for no other", async (t) => {
  const names = new AskedNames();
  names.addClaimed({ client: "10.1.0.5", server: connection.server, name: "api.example.com", timeUs: 1 });
  t.strictSame(
    [names.claimedFor("10.1.0.5", "203.0.113.9"), names.namesFor("10.1.0.5", "203.0.113.9")],
    [["api.example.com"], []],
  );
  t.strictSame(names.claimedFor("10.1.0.6", "203.0.113.9"), []);
});

await t.test("a name that only the client said is marked, survives a restart so, and lets no address in", async (t) => {
  const edge = recordWith([], ["evil.example"]).toEdge();
  const peer = {
    type: "external",
    ip: "203.0.113.9",
    names: ["evil.example"],
    claimedNames: ["evil.example"],
  } as const;
  t.strictSame([edge.peer, EdgeRecord.restore(edge).toEdge().peer], [peer, peer]);
  t.equal(isNamedOutside(edge.peer), false);
});

await t.test("a name that a DNS answer gave too is no mere claim", async (t) => {
  const edge = recordWith(["api.example.com"], ["api.example.com"]).toEdge();
  t.strictSame(edge.peer, { type: "external", ip: "203.0.113.9", names: ["api.example.com"] });
  t.equal(isNamedOutside(edge.peer), true);
});
