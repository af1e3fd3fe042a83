import t from "tap";
import { be16, be32, concat, decodedIp, ipv4, ipv6, tcp, udp } from "./packet-bytes.ts";

const SYN = 0x02;
const payload = Uint8Array.of(1, 2, 3, 4, 5);

function tcpTimestamp(flags: number, options: readonly number[]) {
  const result = decodedIp(ipv4(tcp({ flags, options })));
  return typeof result === "object" && "tcpTimestamp" in result ? result.tcpTimestamp : result;
}

await t.test("TSval is read from SYN segments only", async (test) => {
  const timestamps = [1, 1, 8, 10, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 0];
  test.equal(tcpTimestamp(SYN, timestamps), 0xdeadbeef);
  test.equal(tcpTimestamp(SYN, [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 0, 1, 3, 3, 7]), 7);
  test.equal(tcpTimestamp(0x10, timestamps), 0);
});

await t.test("TCP options that lie give no TSval and do no harm", async (test) => {
  test.equal(tcpTimestamp(SYN, [8, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), 0, "length 0");
  test.equal(tcpTimestamp(SYN, [3, 1, 8, 10, 1, 1, 1, 1, 1, 1, 1, 1]), 0, "length 1");
  test.equal(tcpTimestamp(SYN, [2, 255, 8, 10, 1, 1, 1, 1, 1, 1, 1, 1]), 0, "beyond the header");
  test.equal(tcpTimestamp(SYN, [0, 1, 8, 10, 1, 1, 1, 1, 1, 1, 1, 1]), 0, "behind the end of options");
  test.equal(tcpTimestamp(SYN, [1, 1, 1, 1, 8, 10, 1, 1]), 0, "cut off");
});

await t.test("a SYN with ECN bits counts as a SYN, with the bits beside it", async (test) => {
  test.match(decodedIp(ipv4(tcp({ flags: 0xc2 }))), { tcpFlags: 0xc2 });
});

await t.test("TCP needs 14 octets captured and 20 sent", async (test) => {
  const packet = ipv4(tcp({ flags: SYN, options: [2, 4, 5, 0xb4], payload }));
  test.equal(decodedIp(packet.subarray(0, 33), packet.length), "truncated");
  for (let kept = 34; kept <= packet.length; kept++) {
    const result = decodedIp(packet.subarray(0, kept), packet.length);
    test.match(result, { sourcePort: 40000, tcpFlags: SYN, payloadLength: 5, payloadEnd: kept });
  }
  test.equal(decodedIp(ipv4(tcp().subarray(0, 19))), "malformed");
});

function withOffset(words: number): Uint8Array {
  return tcp().fill(words << 4, 12, 13);
}

await t.test("a TCP data offset below five words or beyond the packet is malformed", async (test) => {
  test.equal(decodedIp(ipv4(withOffset(4))), "malformed");
  test.equal(decodedIp(ipv4(withOffset(6))), "malformed");
});

await t.test("UDP's own length bounds its payload", async (test) => {
  const packet = ipv4(udp(payload, 8 + 3), { protocol: 17, id: 5 });
  test.strictSame(decodedIp(packet), {
    source: "10.0.0.1",
    destination: "10.0.0.2",
    ipVersion: 4,
    protocol: 17,
    hopLimit: 64,
    ipId: 5,
    isFirstFragment: false,
    payloadLength: 3,
    payloadStart: 28,
    payloadEnd: 31,
    sourcePort: 5353,
    destinationPort: 53,
  });
});

await t.test("UDP lengths that can't be are malformed, a cut one is truncated", async (test) => {
  const withLength = (length: number) => decodedIp(ipv4(udp(payload, length), { protocol: 17 }));
  test.equal(withLength(7), "malformed");
  test.equal(withLength(14), "malformed");
  test.match(withLength(0), { payloadLength: 5 });
  const packet = ipv4(udp(payload), { protocol: 17 });
  test.equal(decodedIp(packet.subarray(0, 25), packet.length), "truncated");
  test.match(decodedIp(packet.subarray(0, 26), packet.length), {
    destinationPort: 53,
    payloadLength: 5,
    payloadStart: 26,
  });
});

await t.test("a tunnel is the UDP packet outside", async (test) => {
  const vxlan = concat(be16(50000), be16(4789), be16(8 + 8 + 40), [0, 0], [8, 0, 0, 0, 0, 0, 1, 0], ipv4(tcp()));
  test.match(decodedIp(ipv4(vxlan, { protocol: 17 })), { sourcePort: 50000, destinationPort: 4789, payloadLength: 48 });
});

function sctp(chunk: readonly number[]): Uint8Array {
  return concat(be16(7000), be16(80), be32(0xaabbccdd), [0, 0, 0, 0], chunk);
}

const initParameters = [0xca, 0xfe, 0xba, 0xbe, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 9];

await t.test("SCTP tells its first chunk, and the initiate tag of INIT and INIT ACK", async (test) => {
  const packetHeaders = {
    source: "2001:db8::1",
    destination: "2001:db8::2",
    ipVersion: 6,
    protocol: 132,
    hopLimit: 64,
    ipId: 0x12345,
    isFirstFragment: false,
    payloadStart: 52,
    sourcePort: 7000,
    destinationPort: 80,
    sctpVerificationTag: 0xaabbccdd,
  };
  for (const sctpChunkType of [1, 2]) {
    test.strictSame(decodedIp(ipv6(132, sctp([sctpChunkType, 0, 0, 20, ...initParameters]))), {
      ...packetHeaders,
      payloadLength: 20,
      payloadEnd: 72,
      sctpChunkType,
      sctpInitiateTag: 0xcafebabe,
    });
  }
  test.strictSame(decodedIp(ipv6(132, sctp([6, 0, 0, 4]))), {
    ...packetHeaders,
    payloadLength: 4,
    payloadEnd: 56,
    sctpChunkType: 6,
    sctpInitiateTag: 0,
  });
});

await t.test("SCTP without a whole chunk header, or with an INIT too short to be one, is malformed", async (test) => {
  const decodedSctp = (chunk: readonly number[]) => decodedIp(ipv4(sctp(chunk), { protocol: 132 }));
  test.equal(decodedSctp([]), "malformed");
  test.equal(decodedSctp([0, 3, 0]), "malformed");
  test.equal(decodedSctp([0, 3, 0, 3]), "malformed");
  test.equal(decodedSctp([1, 0, 0, 19, ...initParameters]), "malformed");
  test.equal(decodedSctp([1, 0, 0, 20, 1, 2, 3]), "malformed");
  const cut = ipv4(sctp([1, 0, 0, 20, ...initParameters]), { protocol: 132 });
  test.equal(decodedIp(cut.subarray(0, 39), cut.length), "truncated");
  test.match(decodedIp(cut.subarray(0, 40), cut.length), { sctpInitiateTag: 0xcafebabe });
});

const ipv4Parameter = [0, 5, 0, 8, 10, 0, 1, 1];
const ipv6Parameter = [0, 6, 0, 20, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];

function initWith(parameters: readonly number[], length = 20 + parameters.length): Uint8Array {
  return ipv4(sctp([1, 0, ...be16(length), ...initParameters, ...parameters]), { protocol: 132 });
}

await t.test("the addresses that an INIT tells are read, whatever stands between them", async (test) => {
  const cookie = [0, 7, 0, 7, 1, 2, 3, 0]; // three octets, filled up to four
  const supported = [0, 12, 0, 8, 0, 5, 0, 6];
  const packet = initWith([...supported, ...ipv4Parameter, ...cookie, ...ipv6Parameter]);
  test.match(decodedIp(packet), { sctpInitiateTag: 0xcafebabe, sctpAddresses: ["10.0.1.1", "2001:db8::7"] });
});

await t.test("of the addresses of an INIT no more are read than there is room for", async (test) => {
  const told = Array.from({ length: 12 }, (_, n) => [...ipv4Parameter.slice(0, 7), n]);
  const first = Array.from({ length: 8 }, (_, n) => `10.0.1.${n}`);
  test.match(decodedIp(initWith(told.flat())), { sctpAddresses: first });
});

await t.test("behind a parameter of an INIT that lies about its length nothing is believed", async (test) => {
  for (const lie of [
    [0, 12, 0, 3],
    [0, 12, 0, 200, 0, 5],
    [0, 5, 0, 12, 10, 0, 1, 9, 0, 0, 0, 0, 0, 6, 0, 8],
  ]) {
    const packet = initWith([...ipv4Parameter, ...lie, ...ipv4Parameter]);
    test.match(decodedIp(packet), { sctpInitiateTag: 0xcafebabe, sctpAddresses: ["10.0.1.1"] });
  }
  const isOutside = initWith([...ipv4Parameter, ...ipv4Parameter], 28); // the second lies behind the chunk
  test.match(decodedIp(isOutside), { sctpAddresses: ["10.0.1.1"] });
  const isCut = initWith([...ipv4Parameter, ...ipv6Parameter]);
  test.match(decodedIp(isCut.subarray(0, isCut.length - 1), isCut.length), { sctpAddresses: ["10.0.1.1"] });
});
