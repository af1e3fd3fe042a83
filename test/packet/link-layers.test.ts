import t from "tap";
import { LinkType } from "../../src/capture/link-type.ts";
import { be16, concat, decoded, decodedEthernet, ethernet, frameOf, ipv4, ipv6, tcp } from "./packet-bytes.ts";

const packet = ipv4(tcp());
const packet6 = ipv6(6, tcp());

/** Headers of `packet` behind a link-layer header of this length. */
function behind(length: number) {
  return {
    source: "10.0.0.1",
    destination: "10.0.0.2",
    ipVersion: 4,
    protocol: 6,
    hopLimit: 64,
    ipId: 0,
    isFirstFragment: false,
    payloadLength: 0,
    payloadStart: length + 40,
    payloadEnd: length + 40,
    sourcePort: 40000,
    destinationPort: 443,
    tcpFlags: 0x10,
    tcpSequence: 0x89abcdef,
    tcpAcknowledgment: 0xfedcba98,
    tcpTimestamp: 0,
  };
}

/** Headers of `packet6` behind a link-layer header of this length. */
function behind6(length: number) {
  return {
    ...behind(length + 20),
    source: "2001:db8::1",
    destination: "2001:db8::2",
    ipVersion: 6,
    ipId: 0x12345,
  };
}

await t.test("Ethernet carries either version of IP", async (test) => {
  test.strictSame(decodedEthernet(0x0800, packet), behind(14));
  test.strictSame(decodedEthernet(0x86dd, packet6), behind6(14));
});

function tag(etherType: number, inner: Uint8Array) {
  return concat([0x00, 0x2a], be16(etherType), inner);
}

await t.test("VLAN tags of every kind are taken off, one or several", async (test) => {
  test.strictSame(decodedEthernet(0x8100, tag(0x0800, packet)), behind(18));
  test.strictSame(decodedEthernet(0x88a8, tag(0x8100, tag(0x0800, packet))), behind(22));
  test.strictSame(decodedEthernet(0x9100, tag(0x8100, tag(0x8100, tag(0x86dd, packet6)))), behind6(26));
});

await t.test("what is not IP on Ethernet is said to be not IP", async (test) => {
  const arp = 0x0806;
  const ieee8023Length = 46;
  test.equal(decodedEthernet(arp, packet), "not-ip");
  test.equal(decodedEthernet(ieee8023Length, packet), "not-ip");
});

await t.test(
  "an Ethernet header or VLAN tag that was cut off is truncated, one that never was there malformed",
  async (test) => {
    const frame = ethernet(0x8100, Uint8Array.of(0, 42, 8));
    test.equal(decoded(frameOf(LinkType.ETHERNET, frame, 100)), "truncated");
    test.equal(decoded(frameOf(LinkType.ETHERNET, frame)), "malformed");
    test.equal(decoded(frameOf(LinkType.ETHERNET, frame.subarray(0, 13), 100)), "truncated");
    test.equal(decoded(frameOf(LinkType.ETHERNET, frame.subarray(0, 13))), "malformed");
  },
);

function cooked1(protocol: number, inner: Uint8Array) {
  const packetTypeAndAddress = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
  return decoded(frameOf(LinkType.LINUX_SLL, concat(packetTypeAndAddress, be16(protocol), inner)));
}

await t.test("Linux cooked captures, version 1", async (test) => {
  test.strictSame(cooked1(0x0800, packet), behind(16));
  test.strictSame(cooked1(0x86dd, packet6), behind6(16));
  test.strictSame(cooked1(0x8100, concat([0, 42, 8, 0], packet)), behind(20));
  test.equal(cooked1(0x0004, packet), "not-ip");
});

function cooked2(protocol: number, inner: Uint8Array) {
  const interfaceTypeAndAddress = [0, 0, 0, 0, 0, 7, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
  return decoded(frameOf(LinkType.LINUX_SLL2, concat(be16(protocol), interfaceTypeAndAddress, inner)));
}

await t.test("Linux cooked captures, version 2", async (test) => {
  test.strictSame(cooked2(0x0800, packet), behind(20));
  test.strictSame(cooked2(0x86dd, packet6), behind6(20));
  test.strictSame(cooked2(0x88a8, concat([0, 42, 0x81, 0, 0, 43, 8, 0], packet)), behind(28));
});

await t.test("raw IP is told apart by its version, unless the link type tells it", async (test) => {
  for (const linkType of [LinkType.RAW, LinkType.DLT_RAW, LinkType.DLT_RAW_OPENBSD]) {
    test.strictSame(decoded(frameOf(linkType, packet)), behind(0));
    test.strictSame(decoded(frameOf(linkType, packet6)), behind6(0));
    test.equal(decoded(frameOf(linkType, Uint8Array.of(0x50, 0, 0, 0))), "not-ip");
  }
  test.strictSame(decoded(frameOf(LinkType.IPV4, packet)), behind(0));
  test.strictSame(decoded(frameOf(LinkType.IPV6, packet6)), behind6(0));
  test.equal(decoded(frameOf(LinkType.IPV4, packet6)), "malformed");
  test.equal(decoded(frameOf(LinkType.IPV6, packet)), "malformed");
});

await t.test("loopback captures have the address family in the byte order of whoever captured", async (test) => {
  for (const linkType of [LinkType.NULL, LinkType.LOOP]) {
    test.strictSame(decoded(frameOf(linkType, concat([2, 0, 0, 0], packet))), behind(4));
    test.strictSame(decoded(frameOf(linkType, concat([0, 0, 0, 2], packet))), behind(4));
    for (const family of [24, 28, 30]) {
      test.strictSame(decoded(frameOf(linkType, concat([family, 0, 0, 0], packet6))), behind6(4));
      test.strictSame(decoded(frameOf(linkType, concat([0, 0, 0, family], packet6))), behind6(4));
    }
    test.equal(decoded(frameOf(linkType, concat([7, 0, 0, 0], packet))), "not-ip");
  }
});

function link(linkType: number, header: readonly number[], inner: Uint8Array) {
  return decoded(frameOf(linkType, concat(header, inner)));
}

await t.test("PPP with and without address, control and the first octet of its protocol", async (test) => {
  for (const linkType of [LinkType.PPP, LinkType.PPP_HDLC]) {
    test.strictSame(link(linkType, [0xff, 0x03, 0x00, 0x21], packet), behind(4));
    test.strictSame(link(linkType, [0xff, 0x03, 0x21], packet), behind(3));
    test.strictSame(link(linkType, [0x00, 0x57], packet6), behind6(2));
    test.strictSame(link(linkType, [0x57], packet6), behind6(1));
    test.strictSame(link(linkType, [0x02, 0x81, 0, 0, 1, 64], packet), behind(6));
    test.strictSame(link(linkType, [0x0f, 0, 8, 0], packet), behind(4), "Cisco's framing under PPP's number");
    test.equal(link(linkType, [0xff, 0x03, 0xc0, 0x21], packet), "not-ip");
    test.equal(link(linkType, [0xff, 0x03], Uint8Array.of()), "malformed");
  }
});

await t.test("a PPPoE session, on Ethernet and by itself; what finds and ends it is not IP", async (test) => {
  const session = [0x11, 0, 0, 5, 0, 42];
  test.strictSame(decodedEthernet(0x8864, concat(session, [0x00, 0x21], packet)), behind(22));
  test.strictSame(decodedEthernet(0x8864, concat(session, [0x00, 0x57], packet6)), behind6(22));
  test.strictSame(link(LinkType.PPP_ETHER, [...session, 0x00, 0x21], packet), behind(8));
  test.equal(link(LinkType.PPP_ETHER, [0x11, 0xa7, 0, 5, 0, 0, 0, 0], packet), "not-ip");
});

await t.test("IEEE 802.3 with SNAP, switches' tags, and Ethernet in Ethernet", async (test) => {
  const snap = [0xaa, 0xaa, 0x03, 0, 0, 0];
  test.strictSame(decodedEthernet(packet.length + 8, concat(snap, [0x08, 0x00], packet)), behind(22));
  test.strictSame(decodedEthernet(0x8100, concat([0, 5, 0, 99], snap, [0x86, 0xdd], packet6)), behind6(26));
  test.equal(decodedEthernet(38, concat([0x42, 0x42, 3], new Uint8Array(35))), "not-ip", "spanning tree");
  test.equal(decodedEthernet(8, concat(snap, [0x08])), "not-ip", "cut short");
  test.strictSame(decodedEthernet(0x8926, concat([0, 1, 0, 2, 0x08, 0x00], packet)), behind(20));
  const customer = concat([0, 0, 0, 7], new Uint8Array(12), [0x81, 0, 0, 5, 0x08, 0x00]);
  test.strictSame(decodedEthernet(0x88e7, concat(customer, packet)), behind(36));
  test.equal(decodedEthernet(0x88e7, Uint8Array.of(0, 0, 0, 7)), "malformed");
});

await t.test("MPLS labels, one or several, before IP; a pseudowire is not IP", async (test) => {
  test.strictSame(decodedEthernet(0x8847, concat([0, 1, 1, 64], packet)), behind(18));
  test.strictSame(decodedEthernet(0x8848, concat([0, 1, 0, 64, 0, 2, 0, 64, 0, 3, 1, 64], packet6)), behind6(26));
  test.equal(decodedEthernet(0x8847, concat([0, 1, 1, 64, 0, 0, 0, 0], packet)), "not-ip");
  test.equal(decodedEthernet(0x8847, Uint8Array.of(0, 1, 0, 64, 0, 2)), "malformed");
});

await t.test("Cisco HDLC", async (test) => {
  test.strictSame(link(LinkType.CISCO_HDLC, [0x0f, 0, 8, 0], packet), behind(4));
  test.strictSame(link(LinkType.CISCO_HDLC, [0x8f, 0, 0x86, 0xdd], packet6), behind6(4));
  test.equal(link(LinkType.CISCO_HDLC, [0x8f, 0, 0x80, 0x35], packet), "not-ip");
});

await t.test("the netfilter log holds the packet among its attributes, in either byte order", async (test) => {
  const little = [2, 0, 0, 1, 8, 0, 1, 0, 8, 0, 1, 0, 5, 0, 10, 0, 0, 0, 0, 0];
  const big = [2, 0, 0, 1, 0, 8, 0, 1, 8, 0, 1, 0, 0, 5, 0, 10, 0, 0, 0, 0];
  test.strictSame(link(LinkType.NFLOG, [...little, 4 + packet.length, 0, 9, 0], packet), behind(24));
  test.strictSame(link(LinkType.NFLOG, [...big, 0, 4 + packet6.length, 0, 9], packet6), behind6(24));
  test.equal(link(LinkType.NFLOG, little, Uint8Array.of()), "malformed");
  test.equal(link(LinkType.NFLOG, [2, 0, 0, 1, 3, 0, 1, 0], packet), "malformed");
});

await t.test("a link type that weir doesn't read is said to be unknown", async (test) => {
  test.equal(decoded(frameOf(105, packet)), "unknown-link-type");
});
