/** Transport headers of every kind that the kernel's filter tells apart, as IP protocol number and octets. */
import { be16, be32, concat, tcp, udp } from "../packet/packet-bytes.ts";

export interface Transport {
  readonly name: string;
  readonly version?: 4 | 6;
  readonly protocol: number;
  readonly octets: Uint8Array;
}

const TUNNEL_PORTS = [4789, 8472, 6081, 51820, 51821, 51871];
const payload = new Uint8Array(64).fill(0x55);

export const transports: readonly Transport[] = [
  ...[0x02, 0x12, 0x11, 0x04, 0x14, 0x01, 0x10, 0x18, 0x52, 0xd0].map((flags) => ({
    name: `TCP with flags ${flags.toString(16)}`,
    protocol: 6,
    octets: tcp({ flags, payload }),
  })),
  { name: "DNS over TCP", protocol: 6, octets: withPorts(tcp({ options: [1, 1, 1, 1], payload }), 53, 40_000) },
  { name: "a bare ACK of DNS", protocol: 6, octets: withPorts(tcp({ options: [1, 1, 1, 1] }), 53, 40_000) },
  { name: "a question over TCP", protocol: 6, octets: withPorts(tcp({ payload }), 40_000, 53) },
  { name: "UDP", protocol: 17, octets: udp(payload) },
  ...TUNNEL_PORTS.map((port) => ({
    name: `a tunnel to port ${port}`,
    protocol: 17,
    octets: withPorts(udp(payload), 50_000, port),
  })),
  { name: "UDP beside a tunnel's port", protocol: 17, octets: withPorts(udp(payload), 4788, 4790) },
  ...Array.from({ length: 16 }, (_, chunk) => ({
    name: `SCTP chunk ${chunk}`,
    protocol: 132,
    octets: concat(be16(7_000), be16(80), be32(7), be32(0), [chunk, 0], be16(20), payload.subarray(0, 16)),
  })),
  ...[0, 3, 8, 11].map((type) => icmp(4, 1, type)),
  ...[1, 2, 128, 129, 135].map((type) => icmp(6, 58, type)),
  { name: "GRE", protocol: 47, octets: concat([0, 0, 8, 0], payload) },
  { name: "IP-in-IP", protocol: 4, octets: concat([0x45], payload) },
];

function icmp(version: 4 | 6, protocol: number, type: number): Transport {
  return { name: `ICMP type ${type}`, version, protocol, octets: concat([type, 0, 0, 0, 0, 0, 0, 0], payload) };
}

function withPorts(transport: Uint8Array, source: number, destination: number): Uint8Array {
  return concat(be16(source), be16(destination), transport.subarray(4));
}
