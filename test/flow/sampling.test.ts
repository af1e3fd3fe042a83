import t from "tap";
import { Sampling } from "../../src/flow/sampling.ts";
import { Headers, Protocol, TcpFlag } from "../../src/packet/headers.ts";

const SECOND_US = 1_000_000;

function segment(
  clientPort: number,
  { flags = 0x02, isAnswer = false }: { flags?: number; isAnswer?: boolean } = {},
): Headers {
  const headers = new Headers();
  headers.protocol = Protocol.TCP;
  headers.tcpFlags = flags;
  headers.addresses.set(isAnswer ? [0, 0, 0xffff, 2, 0, 0, 0xffff, 1] : [0, 0, 0xffff, 1, 0, 0, 0xffff, 2]);
  headers.sourcePort = isAnswer ? 80 : clientPort;
  headers.destinationPort = isAnswer ? clientPort : 80;
  return headers;
}

/** After a second of so many packets. */
function samplingAfter(packets: number): Sampling {
  const sampling = new Sampling({ perSecond: 1_000, seed: 7 });
  sampling.adjust(0);
  for (let port = 0; port < packets; port++) sampling.admits(segment(port));
  sampling.adjust(SECOND_US);
  return sampling;
}

await t.test("within the budget every packet is looked at", async (t) => {
  const sampling = samplingAfter(1_000);
  t.equal(sampling.share, 1);
  t.ok(Array.from({ length: 999 }, (_, port) => sampling.admits(segment(port))).every(Boolean));
  t.equal(sampling.sampledOut, 0);
});

await t.test(
  "past it a share of the connections is, each with its packets both ways, and the rest is counted",
  async (t) => {
    const sampling = samplingAfter(7_000);
    t.equal(sampling.share, 1 / 8);
    let admitted = 0;
    for (let port = 0; port < 8_000; port++) {
      const isAdmitted = sampling.admits(segment(port));
      const isAnswerAdmitted = sampling.admits(segment(port, { flags: TcpFlag.SYN | TcpFlag.ACK, isAnswer: true }));
      if (isAdmitted !== isAnswerAdmitted) t.fail(`port ${port} is seen by halves`);
      admitted += Number(isAdmitted);
    }
    t.ok(admitted > 850 && admitted < 1_150, `${admitted} of 8,000`);
    t.equal(sampling.sampledOut, 2 * (8_000 - admitted));
  },
);

await t.test(
  "packets that close a connection are looked at beside, but a flood of those is no way around the budget",
  async (t) => {
    const sampling = samplingAfter(7_000);
    const ends = (from: number, count: number): number =>
      Array.from({ length: count }, (_, n) => sampling.admits(segment(from + n, { flags: TcpFlag.FIN }))).filter(
        Boolean,
      ).length;
    t.equal(ends(0, 1_000), 1_000);
    t.ok(ends(1_000, 8_000) < 1_300);
  },
);

await t.test("a backlog that is read at once after a quiet second is no flood", async (t) => {
  const sampling = samplingAfter(0);
  for (let port = 0; port < 1_100; port++) sampling.admits(segment(port));
  sampling.adjust(SECOND_US + 200_000);
  t.equal(sampling.share, 1);
  for (let port = 0; port < 400; port++) sampling.admits(segment(port));
  sampling.adjust(SECOND_US + 400_000);
  t.equal(sampling.share, 1 / 2, "what the quiet second had left is used up");
});

await t.test("when the flood is over all is looked at again within two seconds", async (t) => {
  const sampling = samplingAfter(2_000_000);
  t.equal(sampling.share, 2 ** -10);
  for (let tick = 1; tick <= 10; tick++) sampling.adjust(SECOND_US + tick * 200_000);
  t.equal(sampling.share, 1);
});
