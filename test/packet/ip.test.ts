import t from "tap";
import { LinkType } from "../../src/capture/link-type.ts";
import { Headers } from "../../src/packet/headers.ts";
import { decode } from "../../src/packet/decode.ts";
import { concat, decoded, decodedIp, ethernet, frameOf, ipv4, ipv6, tcp, udp } from "./packet-bytes.ts";

const payload = Uint8Array.of(1, 2, 3, 4, 5);
const segment = tcp({ payload });

/** The fields that lengths and fragments decide. */
function extent(result: ReturnType<typeof decoded>) {
  if (typeof result === "string") return result;
  const { payloadLength, payloadStart, payloadEnd, isFirstFragment } = result;
  return { payloadLength, captured: payloadEnd - payloadStart, isFirstFragment };
}

const whole = { payloadLength: 5, captured: 5, isFirstFragment: false };

await t.test("IPv4 options are stepped over", async (test) => {
  test.strictSame(decodedIp(ipv4(segment, { options: [1, 1, 1, 0], id: 77 })), {
    source: "10.0.0.1",
    destination: "10.0.0.2",
    ipVersion: 4,
    protocol: 6,
    hopLimit: 64,
    ipId: 77,
    isFirstFragment: false,
    payloadLength: 5,
    payloadStart: 44,
    payloadEnd: 49,
    sourcePort: 40000,
    destinationPort: 443,
    tcpFlags: 0x10,
    tcpSequence: 0x89abcdef,
    tcpAcknowledgment: 0xfedcba98,
    tcpTimestamp: 0,
  });
});

await t.test("Ethernet padding is no payload", async (test) => {
  const padded = concat(ethernet(0x0800, ipv4(segment)), new Uint8Array(30));
  test.strictSame(extent(decoded(frameOf(LinkType.ETHERNET, padded))), whole);
  const padded6 = concat(ethernet(0x86dd, ipv6(6, segment)), new Uint8Array(30));
  test.strictSame(extent(decoded(frameOf(LinkType.ETHERNET, padded6))), whole);
});

await t.test("a packet before segmentation offload says length 0; its frame tells the length", async (test) => {
  test.strictSame(extent(decodedIp(ipv4(segment, { totalLength: 0 }))), whole);
  test.strictSame(extent(decodedIp(ipv4(segment, { totalLength: 0 }), 70_000)), {
    ...whole,
    payloadLength: 70_000 - 40,
  });
  test.strictSame(extent(decodedIp(ipv6(6, segment, 0), 100_000)), { ...whole, payloadLength: 100_000 - 60 });
});

await t.test("a jumbogram's length is that of its frame", async (test) => {
  const jumboOption = [17, 0, 0xc2, 4, 0, 1, 0x86, 0xa0];
  const packet = ipv6(0, concat(jumboOption, udp(payload, 0)), 0);
  test.strictSame(extent(decodedIp(packet, 40 + 100_000)), { ...whole, payloadLength: 100_000 - 16 });
});

await t.test("payload that the snapshot length cut off still counts", async (test) => {
  const cut = ipv4(segment, { totalLength: 1500 });
  test.strictSame(extent(decodedIp(cut, 1500)), { ...whole, payloadLength: 1460 });
  test.strictSame(extent(decodedIp(ipv6(6, segment, 1460), 1500)), { ...whole, payloadLength: 1440 });
});

await t.test("the first fragment is decoded, later ones are fragments", async (test) => {
  const first = { ...whole, isFirstFragment: true };
  test.strictSame(extent(decodedIp(ipv4(segment, { fragment: 0x2000 }))), first);
  test.equal(decodedIp(ipv4(segment, { fragment: 0x2001 })), "fragment");
  test.equal(decodedIp(ipv4(segment, { fragment: 0x00b9 })), "fragment");
  test.strictSame(extent(decodedIp(ipv6(44, concat([6, 0, 0, 1, 0, 0, 0, 9], segment)))), first);
  test.equal(decodedIp(ipv6(44, concat([6, 0, 0, 8, 0, 0, 0, 9], segment))), "fragment");
  test.strictSame(extent(decodedIp(ipv6(44, concat([6, 0, 0, 0, 0, 0, 0, 9], segment)))), whole);
});

await t.test("the first fragment of a UDP datagram tells the length of the whole", async (test) => {
  const fragment = ipv4(udp(payload, 3008), { protocol: 17, fragment: 0x2000 });
  test.strictSame(extent(decodedIp(fragment)), { payloadLength: 3000, captured: 5, isFirstFragment: true });
});

await t.test("IPv6 extension headers of every kind are stepped over", async (test) => {
  const hopByHop = [43, 0, 1, 4, 0, 0, 0, 0];
  const routing = [60, 2, 4, 1, ...Array.from({ length: 20 }, () => 0)];
  const destinationOptions = [51, 1, ...Array.from({ length: 14 }, () => 0)];
  const authentication = [135, 4, ...Array.from({ length: 22 }, () => 0)];
  const mobility = [139, 0, 0, 0, 0, 0, 0, 0];
  const hostIdentity = [140, 0, 0, 0, 0, 0, 0, 0];
  const shim6 = [6, 0, 0, 0, 0, 0, 0, 0];
  const chain = concat(hopByHop, routing, destinationOptions, authentication, mobility, hostIdentity, shim6, segment);
  test.strictSame(extent(decodedIp(ipv6(0, chain))), whole);
});

/** Destination options, each leading to the next but for the last, which is left out. */
function links(count: number): Uint8Array {
  return concat(...Array.from({ length: count - 1 }, () => [60, 0, 1, 4, 0, 0, 0, 0]));
}

await t.test(
  "an Authentication header is stepped over in IPv4, too, and one that is cut short is malformed",
  async (test) => {
    const authentication = [6, 4, ...Array.from({ length: 22 }, () => 0)];
    const packet = ipv4(concat(authentication, segment), { protocol: 51 });
    test.strictSame(extent(decodedIp(packet)), whole);
    test.equal(decodedIp(ipv4(concat([6, 9, 0, 0, 0, 0, 0, 0]), { protocol: 51 })), "malformed");
  },
);

await t.test("a chain of extension headers without end is given up", async (test) => {
  const last = [6, 0, 1, 4, 0, 0, 0, 0];
  test.strictSame(extent(decodedIp(ipv6(60, concat(links(8), last, segment)))), whole);
  test.equal(decodedIp(ipv6(60, concat(links(9), last, segment))), "malformed");
});

await t.test("an extension header beyond the packet is malformed, one beyond the capture truncated", async (test) => {
  const overlong = concat([6, 200, 1, 4, 0, 0, 0, 0], segment);
  test.equal(decodedIp(ipv6(60, overlong)), "malformed");
  test.equal(decodedIp(ipv6(60, overlong, 5000), 5040), "truncated");
  test.equal(decodedIp(ipv6(60, Uint8Array.of(6, 0))), "malformed");
});

await t.test("IP headers that contradict themselves are malformed", async (test) => {
  const withFirstOctet = (octet: number) => concat([octet], ipv4(segment).subarray(1));
  test.equal(decodedIp(withFirstOctet(0x44)), "malformed", "a header of 16 octets");
  test.equal(decodedIp(withFirstOctet(0x4f)), "malformed", "a header longer than the packet");
  test.equal(decodedIp(ipv4(segment, { totalLength: 19 })), "malformed");
  test.equal(decodedIp(ipv4(segment).subarray(0, 19)), "malformed");
  test.equal(decodedIp(ipv4(segment).subarray(0, 19), 60), "truncated");
  test.equal(decodedIp(ipv6(6, segment).subarray(0, 39)), "malformed");
  test.equal(decodedIp(ipv6(6, segment).subarray(0, 39), 80), "truncated");
});

await t.test("other protocols are named by number, with their addresses", async (test) => {
  const headers = new Headers();
  test.equal(decode(frameOf(LinkType.RAW, ipv4(segment, { protocol: 47 })), headers), "other-protocol");
  test.strictSame([headers.protocol, headers.addresses[3], headers.addresses[7]], [47, 0x0a000001, 0x0a000002]);
  test.equal(decode(frameOf(LinkType.RAW, ipv6(59, new Uint8Array(0))), headers), "other-protocol");
  test.equal(headers.protocol, 59);
  test.equal(decodedIp(ipv4(segment, { protocol: 58 })), "other-protocol", "ICMPv6 is none of IPv4's");
  test.equal(decodedIp(ipv6(1, segment)), "other-protocol", "ICMP is none of IPv6's");
});
