import t from "tap";
import type { ClientEntry, Load, Manner, ServerEntry } from "./load.ts";
import { truthOf } from "./truth.ts";

const local = { ip: "10.81.1.2", port: 20_000 };
const service = { ip: "10.96.0.1", port: 80 };
const backend = { ip: "10.81.1.3", port: 8080 };

const load: Load = {
  scenario: "clusterip",
  protocol: "TCP",
  from: local.ip,
  firstPort: local.port,
  to: service,
  count: 1,
  perSecond: 1,
  manners: ["orderly"],
};

function called(changes: Partial<ClientEntry> = {}): ClientEntry {
  const ends = { local, remote: service, sent: 100, received: 200, end: "closed" as const };
  return { id: "clusterip#0", scenario: "clusterip", protocol: "TCP", manner: "orderly", ...ends, ...changes };
}

const taken: ServerEntry = { id: "clusterip#0", local: backend, peer: local, received: 100, sent: 200 };

function truths(entry: ClientEntry, servers: readonly ServerEntry[], of: Load = load) {
  return truthOf([of], [{ scenario: "clusterip", entries: [entry], perSecond: 1 }], servers);
}

function told(manner: Manner, end: ClientEntry["end"]) {
  return truths(called({ manner, end }), [taken])[0]!;
}

await t.test("what client and server logged is joined by the connection's name", async (t) => {
  t.strictSame(truths(called(), [taken]), [
    {
      id: "clusterip#0",
      scenario: "clusterip",
      protocol: "TCP",
      outcome: "established",
      asClient: { client: local, server: service },
      asServer: { client: local, server: backend },
      bytes: { toServer: 100, toClient: 200, told: "whole" },
      staysOpen: false,
    },
  ]);
});

await t.test("programs that contradict each other are no truth", async (t) => {
  t.throws(() => truths(called({ received: 199 }), [taken]), /do not agree/u);
  t.throws(() => truths(called({ end: "reset" }), [taken]), /ended reset, not closed/u);
  t.throws(() => truths(called(), []), /no server took it/u);
  t.throws(() => truths(called(), [taken, taken]), /twice/u);
  t.throws(() => truths(called({ scenario: "another" }), [taken]), /of no load/u);
});

await t.test("what fails has the outcome and the server that the network's maker knows", async (t) => {
  const failing = { ...load, failure: { outcome: "refused" as const, server: backend } };
  const entry = called({ manner: "is refused", end: "refused", sent: 0, received: 0 });
  const [truth] = truths(entry, [], failing);
  t.strictSame([truth!.outcome, truth!.asServer, truth!.bytes], ["refused", { client: local, server: backend }, null]);
  t.throws(() => truths({ ...entry, end: "unanswered" }, [], failing), /unanswered, not refused/u);
});

await t.test("a reset leaves octets uncertain, and what stays open tells none yet", async (t) => {
  t.equal(told("client resets", "reset").bytes!.told, "least");
  t.strictSame([told("stays open", "open").bytes!.told, told("stays open", "open").staysOpen], ["unknown", true]);
  t.strictSame([told("stays half-closed", "open").bytes!.told], ["least"]);
});
