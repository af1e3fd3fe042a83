import t from "tap";
import { concat, decodedIp, ipv4, ipv6, tcp, udp } from "./packet-bytes.ts";

const UNREACHABLE = [3, 3, 0, 0, 0, 0, 0, 0];
const UNREACHABLE_V6 = [1, 4, 0, 0, 0, 0, 0, 0];

function icmp(header: readonly number[], quote: Uint8Array) {
  return decodedIp(ipv4(concat(header, quote), { protocol: 1 }));
}

function icmpv6(header: readonly number[], quote: Uint8Array) {
  return decodedIp(ipv6(58, concat(header, quote)));
}

const quotedUdp = {
  source: "10.0.0.1",
  destination: "10.0.0.2",
  protocol: 17,
  sourcePort: 5353,
  destinationPort: 53,
  tcpSequence: 0x00080000,
};
const quotedTcp6 = {
  source: "2001:db8::1",
  destination: "2001:db8::2",
  protocol: 6,
  sourcePort: 40000,
  destinationPort: 443,
  tcpSequence: 0x89abcdef,
};

await t.test(
  "an ICMP error quotes the packet that it answers, of which eight octets of transport are enough",
  async (test) => {
    const quote = ipv4(udp(new Uint8Array(0)), { protocol: 17, totalLength: 1500 });
    test.strictSame(icmp(UNREACHABLE, quote), {
      source: "10.0.0.1",
      destination: "10.0.0.2",
      ipVersion: 4,
      protocol: 1,
      hopLimit: 64,
      ipId: 0,
      isFirstFragment: false,
      payloadLength: 28,
      payloadStart: 28,
      payloadEnd: 56,
      icmpType: 3,
      icmpCode: 3,
      quoted: quotedUdp,
    });
  },
);

await t.test("an ICMPv6 error quotes through extension headers", async (test) => {
  const quote = ipv6(60, concat([6, 0, 1, 4, 0, 0, 0, 0], tcp().subarray(0, 8)), 1400);
  test.strictSame(icmpv6(UNREACHABLE_V6, quote), {
    source: "2001:db8::1",
    destination: "2001:db8::2",
    ipVersion: 6,
    protocol: 58,
    hopLimit: 64,
    ipId: 0x12345,
    isFirstFragment: false,
    payloadLength: 56,
    payloadStart: 48,
    payloadEnd: 104,
    icmpType: 1,
    icmpCode: 4,
    quoted: quotedTcp6,
  });
});

await t.test("a quote that doesn't reach the ports is none", async (test) => {
  const quote = ipv4(udp(new Uint8Array(0)), { protocol: 17 });
  for (let kept = 0; kept < 28; kept++) test.match(icmp(UNREACHABLE, quote.subarray(0, kept)), { quoted: undefined });
  const quote6 = ipv6(6, tcp().subarray(0, 8));
  for (let kept = 0; kept < 48; kept++)
    test.match(icmpv6(UNREACHABLE_V6, quote6.subarray(0, kept)), { quoted: undefined });
});

await t.test("a quote without ports, of a later fragment or of another IP version is none", async (test) => {
  const none = { icmpType: 3, quoted: undefined };
  test.match(icmp(UNREACHABLE, ipv4(udp(new Uint8Array(0)), { protocol: 1 })), none);
  test.match(icmp(UNREACHABLE, ipv4(tcp(), { fragment: 1 })), none);
  test.match(icmp(UNREACHABLE, ipv6(6, tcp())), none);
  test.match(icmpv6(UNREACHABLE_V6, ipv4(tcp())), { icmpType: 1, quoted: undefined });
  test.match(icmpv6(UNREACHABLE_V6, ipv6(44, concat([6, 0, 0, 8, 0, 0, 0, 9], tcp()))), { quoted: undefined });
});

await t.test("other ICMP messages tell type and code and quote nothing", async (test) => {
  test.match(icmp([8, 0, 0, 0, 0, 1, 0, 1], ipv4(tcp())), { icmpType: 8, icmpCode: 0, quoted: undefined });
  test.match(icmpv6([2, 0, 0, 0, 0, 0, 5, 0], ipv6(6, tcp())), { icmpType: 2, icmpCode: 0, quoted: undefined });
});

await t.test("an ICMP message shorter than its header is malformed", async (test) => {
  test.equal(icmp([3, 3, 0, 0, 0, 0, 0], new Uint8Array(0)), "malformed");
});
