import t from "tap";
import { parseInterfaceCounters, readInterfaceCounters } from "../../src/capture/interface-counters.ts";

const procNetDev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 2776770   11307    0    0    0     0          0         0  2776770   11307    0    0    0     0       0          0
eth0:1: 1215645    2751    0    0    0     0          0         0  1782404    4324    0    0    0   427       0          0
cali1a2b3c4d5e6:1   2    0    0    0     0          0         0        3       4    0    0    0     0       0          0
`;

await t.test("the kernel's table gives every interface's name, and the packets it carried both ways", async (t) => {
  t.strictSame(
    [...parseInterfaceCounters(procNetDev)],
    [
      ["lo", 22_614],
      ["eth0:1", 7_075],
      ["cali1a2b3c4d5e6", 6],
    ],
  );
});

await t.test("this machine's table can be read", async (t) => {
  t.ok(readInterfaceCounters().has("lo"));
});
