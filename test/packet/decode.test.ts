import * as fc from "fast-check";
import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { LinkType } from "../../src/capture/link-type.ts";
import { decode } from "../../src/packet/decode.ts";
import { Headers } from "../../src/packet/headers.ts";
import { be16, concat, decoded, ethernet, frameOf, ipv4, ipv6, tcp, udp } from "./packet-bytes.ts";

const octets = fc.uint8Array({ maxLength: 160 });
const linkTypes = fc.constantFrom(...Object.values(LinkType), 105);

/** Octets that get past the first checks, so that the later ones are tried too. */
const packets = fc.oneof(
  octets,
  fc.tuple(octets, fc.constantFrom(1, 6, 17, 132, 47)).map(([inner, protocol]) => ipv4(inner, { protocol })),
  fc
    .tuple(octets, fc.constantFrom(0, 6, 17, 43, 44, 51, 58, 60, 132, 135))
    .map(([inner, nextHeader]) => ipv6(nextHeader, inner)),
  octets.map((inner) => ipv4(concat([3, 3, 0, 0, 0, 0, 0, 0], ipv4(inner)), { protocol: 1 })),
  octets.map((inner) => ipv6(58, concat([1, 4, 0, 0, 0, 0, 0, 0], ipv6(60, inner)))),
  octets.map((options) => ipv4(tcp({ flags: 2, options: [...options.subarray(0, options.length & 0x3c)] }))),
);

const frames = fc.tuple(linkTypes, packets, fc.nat(200)).chain(([linkType, packet, missing]) => {
  const bytes = linkType === LinkType.ETHERNET ? ethernet(packet[0] === 0x60 ? 0x86dd : 0x0800, packet) : packet;
  return fc.nat(bytes.length).map((kept) => frameOf(linkType, bytes.subarray(0, kept), kept + missing));
});

/** The frame's octets between octets of another's. */
function surrounded(frame: Frame, octet: number): Frame {
  const around = new Uint8Array(100).fill(octet);
  const bytes = concat(around, frame.bytes, around);
  return { ...frame, bytes, start: 100, end: 100 + frame.bytes.length };
}

function everything(frame: Frame) {
  const headers = new Headers();
  const unreadable = decode(frame, headers);
  return JSON.stringify([unreadable, headers]);
}

await t.test("no octet outside the frame has a say in its headers", async (test) => {
  test.doesNotThrow(() =>
    fc.assert(
      fc.property(frames, (frame) => everything(surrounded(frame, 0x00)) === everything(surrounded(frame, 0xff))),
      { numRuns: 3000 },
    ),
  );
});

await t.test("the payload lies within the frame, whatever the headers claim", async (test) => {
  const headers = new Headers();
  test.doesNotThrow(() =>
    fc.assert(
      fc.property(frames, (frame) => {
        const isReadable = decode(frame, headers) === undefined;
        const isWithin = headers.payloadStart <= headers.payloadEnd && headers.payloadEnd <= frame.end;
        return isWithin && (!isReadable || headers.payloadLength >= headers.payloadEnd - headers.payloadStart);
      }),
      { numRuns: 3000 },
    ),
  );
});

await t.test("a packet cut anywhere is readable or truncated, never taken for a broken one", async (test) => {
  const whole = [
    ethernet(0x8100, concat([0, 42], be16(0x0800), ipv4(tcp({ flags: 2, options: [1, 1, 1, 1] })))),
    ethernet(0x86dd, ipv6(60, concat([17, 0, 1, 4, 0, 0, 0, 0], udp(Uint8Array.of(1, 2, 3))))),
  ];
  for (const bytes of whole) {
    for (let kept = 0; kept <= bytes.length; kept++) {
      const result = decoded(frameOf(LinkType.ETHERNET, bytes.subarray(0, kept), bytes.length));
      test.ok(result === "truncated" || typeof result === "object", `${kept} of ${bytes.length} octets`);
    }
  }
});

await t.test("nothing of the packet before is left in the headers of the next", async (test) => {
  const error = ipv4(concat([3, 3, 0, 0, 0, 0, 0, 0], ipv4(tcp())), { protocol: 1 });
  const echo = ipv4(Uint8Array.of(8, 0, 0, 0, 0, 1, 0, 1), { protocol: 1 });
  const headers = new Headers();
  decode(frameOf(LinkType.RAW, error), headers);
  test.ok(headers.hasQuoted);
  decode(frameOf(LinkType.RAW, echo), headers);
  test.notOk(headers.hasQuoted);
  decode(frameOf(LinkType.RAW, ipv4(tcp(), { fragment: 0x2000 })), headers);
  test.ok(headers.isFirstFragment);
  decode(frameOf(LinkType.RAW, ipv6(6, tcp())), headers);
  test.notOk(headers.isFirstFragment);
});
