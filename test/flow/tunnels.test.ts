import t from "tap";
import { kernelFilter } from "../../src/capture/kernel-filter.ts";
import { LinkType } from "../../src/capture/link-type.ts";
import { TUNNEL_PORTS } from "../../src/capture/tunnel-ports.ts";
import { compileBpf, hasTcpdump, runBpf } from "../capture/bpf.ts";
import { be16, concat, ethernet, frameOf, ipv4, ipv6, tcp } from "../packet/packet-bytes.ts";
import { summary, Wire } from "./wire.ts";

/** What a tunnel carries: a SYN between workloads, as a whole Ethernet frame (VXLAN, Geneve) or bare (WireGuard would hide it). */
const inner = ethernet(0x0800, ipv4(tcp({ flags: 0x02, payload: new Uint8Array(32) })));

/** The outer datagram between nodes: UDP to the tunnel's port, eight octets of VXLAN's or Geneve's header, the frame. */
function datagram(port: number): Uint8Array {
  const header = port === 6081 ? [0, 0, 0x65, 0x58, 0, 0, 7, 0] : [8, 0, 0, 0, 0, 0, 7, 0];
  return concat(be16(50_000), be16(port), be16(16 + inner.length), [0, 0], header, inner);
}

interface Outer {
  readonly name: string;
  readonly first: Uint8Array;
  readonly later: Uint8Array;
}

function ipv6Fragment(offset: number, octets: Uint8Array): Uint8Array {
  return ipv6(44, concat([17, 0], be16(offset), [0, 0, 0, 9], octets));
}

/** In two fragments, the second of which begins with the very IPv4 header of the packet inside. */
function fragmented(port: number): readonly Outer[] {
  const whole = datagram(port);
  const cut = 8 + 8 + 14;
  const [head, tail] = [whole.subarray(0, cut), whole.subarray(cut)];
  return [
    {
      name: `port ${port} over IPv4`,
      first: ipv4(head, { protocol: 17, id: 9, fragment: 0x2000 }),
      later: ipv4(tail, { protocol: 17, id: 9, fragment: cut >> 3 }),
    },
    { name: `port ${port} over IPv6`, first: ipv6Fragment(1, head), later: ipv6Fragment(cut & ~7, tail) },
  ];
}

await t.test("an outer fragment of a tunnel is never taken for a packet of what it carries", async (t) => {
  for (const { name, first, later } of TUNNEL_PORTS.flatMap((port) => fragmented(port))) {
    const wire = new Wire();
    for (const octets of [first, later, later]) wire.tracker.add(frameOf(LinkType.RAW, octets));
    const ends = wire.finish().map(summary);
    t.equal(ends.length, 1, name);
    t.match(ends[0], /^(?:10\.0\.0\.1|2001:db8::1):50000 > (?:10\.0\.0\.2|2001:db8::2):\d+ unanswered$/u, name);
    t.strictSame(wire.tracker.unreadable, { fragment: 2 }, name);
  }
});

await t.test(
  "no outer packet of a tunnel passes the kernel's filter, whole or in fragments",
  { skip: hasTcpdump ? false : "no tcpdump here to compile filters" },
  async (t) => {
    const program = compileBpf(kernelFilter, "RAW");
    for (const port of TUNNEL_PORTS) {
      t.notOk(runBpf(program, ipv4(datagram(port), { protocol: 17 })).passes, `port ${port}, whole`);
      for (const { name, first, later } of fragmented(port)) {
        t.notOk(runBpf(program, first).passes, `${name}, first`);
        t.notOk(runBpf(program, later).passes, `${name}, later`);
      }
    }
  },
);
