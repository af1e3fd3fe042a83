const PCAP_HEADER = Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex");
const SYN_OCTETS = 14 + 20 + 20;

export interface Target {
  /** Of the interface that takes them in. */
  readonly mac: string;
  readonly ip: string;
  readonly port: number;
}

/** A pcap file of so many SYNs to one port, each from another address that nobody has (RFC 2544's 198.18.0.0/15) and with a right checksum. */
export function forgedSyns(count: number, { mac, ip, port }: Target): Buffer {
  const destination = ip.split(".").map(Number);
  const frames: Buffer[] = [PCAP_HEADER];
  for (let index = 0; index < count; index++) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(SYN_OCTETS, 8);
    record.writeUInt32LE(SYN_OCTETS, 12);
    const ethernet = Buffer.from(`${mac.replaceAll(":", "")}0200000000ff0800`, "hex");
    const source = [198, 18 + ((index >>> 16) & 1), (index >>> 8) & 0xff, index & 0xff];
    frames.push(record, ethernet, syn([...source, ...destination], index, port));
  }
  return Buffer.concat(frames);
}

function syn(addresses: readonly number[], index: number, port: number): Buffer {
  const octets = Buffer.alloc(40);
  octets.set([0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6], 0);
  octets.set(addresses, 12);
  octets.writeUInt16BE(checksum(octets.subarray(0, 20), 0), 10);
  octets.writeUInt16BE(1024 + (index % 64_000), 20);
  octets.writeUInt16BE(port, 22);
  octets.writeUInt32BE(Math.imul(index, 0x9e3779b1) >>> 0, 24);
  octets.set([0x50, 0x02, 0xff, 0xff], 32);
  octets.writeUInt16BE(checksum(octets.subarray(12), 6 + 20), 36); // RFC 9293, 3.1: with the pseudo-header
  return octets;
}

/** RFC 1071. */
function checksum(octets: Buffer, before: number): number {
  let sum = before;
  for (let offset = 0; offset < octets.length; offset += 2) sum += octets.readUInt16BE(offset);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
