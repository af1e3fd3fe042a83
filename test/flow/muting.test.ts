import t from "tap";
import { HeavyConversations } from "../../src/flow/heavy-conversations.ts";
import { defaultMutingSettings, Muting, type MutingSettings } from "../../src/flow/muting.ts";
import { EPOCH_US, record, summary, Wire } from "./wire.ts";

const client = "10.0.0.1:40000";
const server = "10.0.0.2:8125";

/** Streams on a wire, and a Muting that is asked every ten seconds, as capture asks it. */
class Node {
  readonly wire = new Wire();
  readonly muting: Muting;
  /** What the kernel was last asked to keep to itself. */
  muted: readonly string[] = [];
  #second = 0;

  constructor(settings: Partial<MutingSettings> = {}) {
    this.muting = new Muting({ ...defaultMutingSettings, minPacketsPerSecond: 50, ...settings });
    this.muting.isDue(EPOCH_US);
  }

  /** For so many seconds datagrams of 100 octets, so many a second, each answered; unless the kernel keeps them. */
  stream(seconds: number, perSecond: number, from = client, to = server): this {
    for (let second = 0; second < seconds; second++) {
      const isMuted = this.muted.includes(from);
      for (let n = 0; n < (isMuted ? 0 : perSecond); n++) {
        const at = this.#second + n / perSecond;
        this.wire.udp({ from, to, payload: "x".repeat(100), at });
        this.wire.udp({ from: to, to: from, payload: "y", at });
      }
      this.#second += 1;
      this.#decide(EPOCH_US + this.#second * 1e6);
    }
    return this;
  }

  #decide(nowUs: number): void {
    this.wire.tracker.advance(nowUs);
    if (!this.muting.isDue(nowUs)) return;
    const muted = this.muting.decide(nowUs, this.wire.tracker.heavyDatagrams.take(0));
    if (muted === undefined) return;
    this.muted = muted.map(({ views }) => `10.0.0.${views[0]!.ends[3]! & 255}:${views[0]!.ends[8]}`);
  }
}

await t.test("a UDP conversation that is heavy, and still is ten seconds later, is muted", async (t) => {
  const node = new Node().stream(15, 100);
  t.strictSame(node.muted, []);
  t.strictSame(node.stream(10, 100).muted, [client]);
});

await t.test("a light one, and one whose client nobody answers, are not", async (t) => {
  t.strictSame(new Node().stream(40, 10).muted, []);
  const node = new Node();
  for (let n = 0; n < 4_000; n++) node.wire.udp({ from: client, to: server, payload: "x", at: n / 100 });
  t.strictSame(node.stream(1, 0).muted, []);
});

await t.test("DNS is never muted, at whichever end its port is", async (t) => {
  t.strictSame(new Node().stream(40, 100, client, "10.0.0.2:53").muted, []);
  t.strictSame(new Node().stream(40, 100, "10.0.0.1:53", server).muted, []);
});

await t.test("a muted conversation is not told as over, and is heard again when its time is up", async (t) => {
  const node = new Node().stream(20, 100);
  t.strictSame(node.muted, [client]);
  node.stream(59, 100);
  t.strictSame(node.muted, [client]);
  node.stream(1, 100);
  t.strictSame(node.muted, []);
  t.strictSame(node.wire.closed(), []);
  // Still heavy, it is muted again, and for twice as long.
  node.stream(10, 100);
  t.strictSame(node.muted, [client]);
  node.stream(110, 100);
  t.strictSame(node.muted, [client]);
  t.strictSame(node.stream(10, 100).muted, []);
  t.strictSame(node.wire.closed(), []);
});

await t.test("its record says from when on its octets are estimates, and they are near the truth", async (t) => {
  const node = new Node().stream(100, 100);
  const [connection] = node.wire.finish();
  t.match(record(connection!), { bytes: { exact: false }, estimatedSince: "2024-01-01T00:00:20.000000Z" });
  const { toServer = 0, toClient = 0 } = connection?.bytes ?? {};
  t.ok(Math.abs(toServer / (100 * 100 * 100) - 1) < 0.15, `${toServer} to the server`);
  t.ok(Math.abs(toClient / (100 * 100) - 1) < 0.15, `${toClient} to the client`);
});

await t.test("one that ended while it was muted is over when nothing comes after", async (t) => {
  const node = new Node().stream(20, 100).stream(300, 0);
  t.strictSame(node.wire.closed().map(summary), ["10.0.0.1:40000 > 10.0.0.2:8125 established"]);
  const [closed] = node.wire.closed();
  t.ok((closed?.endUs ?? 0) < EPOCH_US + 20.1e6, "its end is the last packet that was heard");
  t.equal(closed?.bytes?.toServer, 20 * 100 * 100, "and nothing is added for what was not heard");
});

await t.test("no more views are muted than the filter has room for", async (t) => {
  const node = new Node({ room: 1 });
  for (let n = 0; n < 45; n++) {
    node.stream(1, 60, client, server);
    node.stream(0, 0);
  }
  t.equal(node.muted.length, 1);
  node.stream(40, 60, "10.0.0.3:40000", server);
  t.ok(node.muted.length <= 1);
});

await t.test("a sample of the packets tells which conversations are heavy, within bounds", async (t) => {
  const wire = new Wire();
  for (let n = 0; n < 20_000; n++) wire.udp({ from: `10.1.${n >> 8}.${n & 255}:5000`, to: server, payload: "x" });
  for (let n = 0; n < 1_600; n++) wire.udp({ from: client, to: server, payload: "x" });
  const heavy = wire.tracker.heavyDatagrams.take(500);
  t.equal(heavy.length, 1);
  t.ok(Math.abs(heavy[0]!.packets - 1_600) <= 16);
  t.strictSame(new HeavyConversations().take(0), []);
});
