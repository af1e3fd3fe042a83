import t from "tap";
import { beginAt, noteFin, noteReach } from "../../src/flow/tcp-reach.ts";
import { TrackedSide } from "../../src/flow/tracked.ts";
import { Headers, TcpFlag } from "../../src/packet/headers.ts";

await t.test("more than 2^32 octets are counted where every segment is seen", async (t) => {
  const side = new TrackedSide();
  const headers = new Headers();
  beginAt(side, 5000, 0);
  headers.payloadLength = 60_000;
  for (let n = 0; n < 80_000; n++) {
    headers.timeUs = n * 100;
    headers.tcpSequence = (5001 + n * 60_000) >>> 0;
    noteReach(side, headers);
  }
  headers.payloadLength = 0;
  headers.tcpFlags = TcpFlag.FIN | TcpFlag.ACK;
  headers.tcpSequence = (5001 + 80_000 * 60_000) >>> 0;
  t.strictSame(
    [noteFin(side, headers), side.octets, side.mayHaveWrapped],
    [true, 4_800_000_000, false],
    "a FIN that is where the last octet was",
  );
});

await t.test("a first packet that has to be repeated is no gap in which anything could have passed", async (t) => {
  const side = new TrackedSide();
  const headers = new Headers();
  beginAt(side, 5000, 0);
  beginAt(side, 5000, 1_000_000);
  headers.timeUs = 1_100_000;
  headers.tcpFlags = TcpFlag.FIN | TcpFlag.ACK;
  headers.tcpSequence = 5001 + 9;
  t.strictSame([noteFin(side, headers), side.octets, side.mayHaveWrapped], [true, 9, false]);
});
