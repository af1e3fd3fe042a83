import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { isBeat } from "../../src/capture/heartbeat.ts";
import { LinkType } from "../../src/capture/link-type.ts";

/** From one address to another, by UDP, with an Ethernet header or one of Linux's cooked ones before it. */
function frameOf(payload: string, { linkOctets = 14, to = [127, 0, 0, 1] } = {}): Frame {
  const ip = [0x45, 0, 0, 44, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, ...to];
  const bytes = Buffer.concat([Buffer.alloc(linkOctets), Buffer.from(ip), Buffer.alloc(8), Buffer.from(payload)]);
  const { length } = bytes;
  return { linkType: LinkType.ETHERNET, timeUs: 0, bytes, start: 0, end: length, originalLength: length };
}

await t.test("a heartbeat is known on loopback and on all interfaces at once, whoever sent it", async (t) => {
  t.equal(isBeat(frameOf("weirbeat01234567")), true);
  t.equal(isBeat(frameOf("weirbeatabcdefgh", { linkOctets: 16 })), true);
});

await t.test("nobody else's packet is taken for one", async (t) => {
  t.equal(isBeat(frameOf("weirbeat0123456")), false, "shorter");
  t.equal(isBeat(frameOf("other???01234567")), false, "other words");
  t.equal(isBeat(frameOf("weirbeat01234567", { to: [10, 0, 0, 1] })), false, "to another machine");
  t.equal(isBeat(frameOf("weirbeat01234567".repeat(4))), false, "longer");
});
