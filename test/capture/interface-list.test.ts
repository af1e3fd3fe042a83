import t from "tap";
import { listInterfaces, parseInterfaces } from "../../src/capture/interface-list.ts";

const procNetDev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 2776770   11307    0    0    0     0          0         0  2776770   11307    0    0    0     0       0          0
eth0:1: 1215645    2751    0    0    0     0          0         0  1782404    4324    0    0    0   427       0          0
cali1a2b3c4d5e6: 1   2    0    0    0     0          0         0        3       4    0    0    0     0       0          0
`;

await t.test("the kernel's table gives every interface's name", async (t) => {
  t.strictSame(parseInterfaces(procNetDev), ["lo", "eth0:1", "cali1a2b3c4d5e6"]);
});

await t.test("this machine's table can be read", async (t) => {
  t.ok(listInterfaces().includes("lo"));
});
