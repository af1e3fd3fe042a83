import { randomBytes } from "node:crypto";
import { type Ends, fromClient, fromServer } from "./conversation.ts";
import { PcapWriter } from "./pcap-writer.ts";
import { clientAddress, serverAddress, SERVER_PORT } from "./pods.ts";
import { Flag } from "./tcp-frame.ts";

const SEGMENT = 1448;

/** Writes a savefile of a few connections that download `packets` packets between them, two segments for each acknowledgment; returns its packets. */
export function writeBulk(path: string, connections: number, packets: number): number {
  const writer = new PcapWriter(path);
  const all = Array.from({ length: connections }, (_, index) => endsOf(index));
  let timeUs = 1_700_000_000e6;
  for (const ends of all) {
    writer.add(timeUs++, fromClient(ends, Flag.SYN, [0, 0]));
    writer.add(timeUs++, fromServer(ends, Flag.SYN | Flag.ACK, [0, 1]));
    writer.add(timeUs++, fromClient(ends, Flag.ACK, [1, 1]));
  }
  let sent = 1;
  for (; writer.packets < packets; sent += 2 * SEGMENT) {
    for (const ends of all) {
      writer.add(timeUs++, fromServer(ends, Flag.ACK, [sent, 1], SEGMENT));
      writer.add(timeUs++, fromServer(ends, Flag.ACK, [sent + SEGMENT, 1], SEGMENT));
      writer.add(timeUs++, fromClient(ends, Flag.ACK, [1, sent + 2 * SEGMENT]));
    }
  }
  for (const ends of all) {
    writer.add(timeUs++, fromServer(ends, Flag.FIN | Flag.ACK, [sent, 1]));
    writer.add(timeUs++, fromClient(ends, Flag.FIN | Flag.ACK, [1, sent + 1]));
    writer.add(timeUs++, fromServer(ends, Flag.ACK, [sent + 1, 2]));
  }
  writer.close();
  return writer.packets;
}

function endsOf(index: number): Ends {
  return {
    client: clientAddress(index),
    clientPort: 40_000 + index,
    server: serverAddress(index),
    serverPort: SERVER_PORT,
    clientNumber: randomBytes(4).readUInt32LE(),
    serverNumber: randomBytes(4).readUInt32LE(),
  };
}
