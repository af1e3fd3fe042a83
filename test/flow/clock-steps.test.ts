import t from "tap";
import { SteadyClock } from "../../src/capture/steady-clock.ts";
import { movedBy } from "../../src/flow/told-time.ts";
import { EPOCH_US, Wire } from "./wire.ts";

const SECOND_US = 1_000_000;
const HOUR_US = 3_600 * SECOND_US;
const client = "10.0.0.1:40000";
const server = "10.0.0.2:80";

for (const [name, stepUs] of [
  ["forward", HOUR_US],
  ["back", -HOUR_US],
] as const) {
  await t.test(`a clock set ${name} by an hour in the midst of a connection costs it nothing`, async (t) => {
    const now = { monotonicUs: 0, wallUs: EPOCH_US };
    const clock = new SteadyClock({ wallUs: () => now.wallUs, monotonicUs: () => now.monotonicUs });
    /** Seconds after the beginning, as the tracker gets to know them from a stamp of the wall's clock. */
    const at = (seconds: number): number => {
      const passedUs = seconds * SECOND_US - now.monotonicUs;
      now.monotonicUs += passedUs;
      now.wallUs += passedUs;
      return (clock.ofPacket(now.wallUs, clock.nowUs()) - EPOCH_US) / SECOND_US;
    };
    const wire = new Wire()
      .tcp({ from: client, to: server, flags: "S", seq: 1000, at: at(1) })
      .tcp({ from: server, to: client, flags: "SA", seq: 5000, ack: 1001, at: at(1.1) });
    now.wallUs += stepUs;
    wire.tcp({ from: client, to: server, flags: "FA", seq: 1011, ack: 5021, at: at(2) });
    wire.tcp({ from: server, to: client, flags: "FA", seq: 5021, ack: 1012, at: at(2.1) });
    wire.tracker.advance(EPOCH_US + 10 * SECOND_US);

    const told = wire.events.map((event) => movedBy(clock.steppedUs, event));
    t.match(told, [{ kind: "closed", connection: { outcome: "established", bytes: { toServer: 10, toClient: 20 } } }]);
    t.equal(told.length, 1);
    const { startUs, endUs } = (told[0] as Extract<(typeof told)[0], { kind: "closed" }>).connection;
    t.strictSame([startUs, endUs], [EPOCH_US + stepUs + SECOND_US, EPOCH_US + stepUs + 2.1 * SECOND_US]);
  });
}
