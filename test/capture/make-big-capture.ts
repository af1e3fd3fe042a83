/**
 * Writes a pcap file of any number of packets, to measure how fast files are read: two hundred connections that carry
 * bulk, a hundred octets a packet. Usage: node make-big-capture.ts PACKETS FILE
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { be16, be32, concat, ethernet, ipv4, tcp } from "../packet/packet-bytes.ts";
import { pcap } from "./savefile-bytes.ts";

const CONNECTIONS = 200;
const PACKETS_A_WRITE = 20_000;
const SYN = 0x02;
const ACK = 0x10;

/** Where in a record the fields lie that differ from packet to packet. */
const RECORD_HEADER = 16;
const CLIENT_PORT = RECORD_HEADER + 14 + 20;
const SEQUENCE = CLIENT_PORT + 4;
const FLAGS = CLIENT_PORT + 13;

const [count = "6000000", path = "big.pcap"] = process.argv.slice(2);
const packet = ethernet(0x0800, ipv4(tcp({ payload: new Uint8Array(46) })));
const record = concat(be32(0), be32(0), be32(packet.length), be32(packet.length), packet);
const descriptor = openSync(path, "w");
writeSync(descriptor, pcap([], { linkType: 1, isLittleEndian: false }));
for (let first = 0; first < Number(count); first += PACKETS_A_WRITE) {
  const packets = Math.min(PACKETS_A_WRITE, Number(count) - first);
  writeSync(descriptor, Buffer.concat(Array.from({ length: packets }, (_, index) => recordOf(first + index))));
}
closeSync(descriptor);

/** Ten microseconds after the one before. */
function recordOf(index: number): Uint8Array {
  const octets = Uint8Array.from(record);
  octets.set(be32(1_700_000_000 + Math.floor(index / 100_000)), 0);
  octets.set(be32((index % 100_000) * 10), 4);
  octets.set(be16(40_000 + (index % CONNECTIONS)), CLIENT_PORT);
  octets.set(be32(index), SEQUENCE);
  octets[FLAGS] = index < CONNECTIONS ? SYN : ACK;
  return octets;
}
