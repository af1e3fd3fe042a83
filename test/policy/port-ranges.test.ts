import * as fc from "fast-check";
import t from "tap";
import { countPorts, toRulePorts } from "../../src/policy/learn/port-ranges.ts";

const tcp = (port: number) => ({ protocol: "TCP" as const, port });

await t.test("ports stay single up to the limit, and past it the nearest are drawn together", async (t) => {
  const ports = [443, 80, 8000, 8001, 8010].map(tcp);
  t.strictSame(toRulePorts(ports, 5), [tcp(80), tcp(443), tcp(8000), tcp(8001), tcp(8010)]);
  t.strictSame(toRulePorts(ports, 4), [tcp(80), tcp(443), { ...tcp(8000), endPort: 8001 }, tcp(8010)]);
  t.strictSame(toRulePorts(ports, 1), [{ ...tcp(80), endPort: 8010 }]);
});

await t.test("each protocol has a limit of its own", async (t) => {
  const udp = { protocol: "UDP" as const, port: 53 };
  t.strictSame(toRulePorts([udp, tcp(53), tcp(54)], 1), [{ ...tcp(53), endPort: 54 }, udp]);
});

await t.test(
  "every port is let through, in at most as many entries as allowed, and with no more than the gaps needed",
  async () => {
    const ports = fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(ports, fc.integer({ min: 1, max: 30 }), (numbers, limit) => {
        const drawn = toRulePorts(numbers.map(tcp), limit);
        const holds = (number: number) => drawn.some(({ port, endPort = port }) => port <= number && number <= endPort);
        const isTight = numbers.length > limit || countPorts(drawn) === numbers.length;
        return numbers.every(holds) && drawn.length <= Math.max(limit, 1) && isTight;
      }),
    );
  },
);
