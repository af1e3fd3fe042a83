/** One TCP segment over IPv4 in an Ethernet frame. Checksums of TCP are left out: nobody in the benchmark verifies them. */
export interface Segment {
  /** 32-bit addresses. */
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly payloadOctets: number;
}

export const Flag = { FIN: 0x01, SYN: 0x02, PSH: 0x08, ACK: 0x10 } as const;

export const ETHERNET_OCTETS = 14;
const IP_OCTETS = 20;
const TCP_OCTETS = 20;
export const HEADER_OCTETS = ETHERNET_OCTETS + IP_OCTETS + TCP_OCTETS;

/** Writes the frame at `at` and returns its length; payload is whatever the buffer holds there. */
export function writeFrame(buffer: Buffer, at: number, segment: Segment): number {
  const ip = at + ETHERNET_OCTETS;
  buffer.writeUIntBE(0x02_00_00_00_00_02, at, 6); // to nobody, so that no kernel answers
  buffer.writeUIntBE(0x02_00_00_00_00_01, at + 6, 6);
  buffer.writeUInt16BE(0x0800, at + 12);
  writeIp(buffer, ip, segment);
  writeTcp(buffer, ip + IP_OCTETS, segment);
  return HEADER_OCTETS + segment.payloadOctets;
}

/** RFC 791, 3.1. */
function writeIp(buffer: Buffer, at: number, { source, destination, payloadOctets, sequence }: Segment): void {
  buffer.writeUInt16BE(0x4500, at);
  buffer.writeUInt16BE(IP_OCTETS + TCP_OCTETS + payloadOctets, at + 2);
  buffer.writeUInt16BE(sequence & 0xffff, at + 4);
  buffer.writeUInt16BE(0x4000, at + 6); // do not fragment
  buffer.writeUInt16BE(0x4006, at + 8); // 64 hops, TCP
  buffer.writeUInt16BE(0, at + 10);
  buffer.writeUInt32BE(source, at + 12);
  buffer.writeUInt32BE(destination, at + 16);
  buffer.writeUInt16BE(ipChecksum(buffer, at), at + 10);
}

/** RFC 9293, 3.1. */
function writeTcp(buffer: Buffer, at: number, segment: Segment): void {
  buffer.writeUInt16BE(segment.sourcePort, at);
  buffer.writeUInt16BE(segment.destinationPort, at + 2);
  buffer.writeUInt32BE(segment.sequence, at + 4);
  buffer.writeUInt32BE(segment.acknowledgment, at + 8);
  buffer.writeUInt16BE(0x5000 | segment.flags, at + 12);
  buffer.writeUInt16BE(65_535, at + 14);
  buffer.writeUInt32BE(0, at + 16);
}

function ipChecksum(buffer: Buffer, at: number): number {
  let sum = 0;
  for (let word = 0; word < IP_OCTETS; word += 2) sum += buffer.readUInt16BE(at + word);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~(sum + (sum >>> 16)) & 0xffff;
}
