import { randomBytes } from "node:crypto";
import { type Ends, fromClient, fromServer } from "./conversation.ts";
import { PcapWriter } from "./pcap-writer.ts";
import { clientAddress, CLIENTS, serverAddress, SERVER_PORT, SERVERS } from "./pods.ts";
import { Flag, type Segment } from "./tcp-frame.ts";

export const PACKETS_OF_CONNECTION = 8;
const REQUEST = 100;
const RESPONSE = 300;
/** How many others begin between one packet of a connection and its next: a few hundred are open at any time. */
const STRIDE = 40;
export const FIRST_PORT = 32_768;
export const PORTS = 28_000;

export interface ShortConnections {
  readonly connections: number;
  readonly perSecond: number;
  /** Whose they are, by their place; by default the clients and servers of pods.ts. */
  readonly pairOf?: (index: number) => Pair;
}

export type Pair = Pick<Ends, "client" | "clientPort" | "server">;

/** Writes a savefile of whole connections, each with numbers of its own, one request and one answer; returns its packets. */
export function writeShortConnections(path: string, options: ShortConnections): number {
  const { connections, perSecond, pairOf = ownPair } = options;
  const writer = new PcapWriter(path);
  const numbers = new Uint32Array(randomBytes(connections * 8).buffer, 0, connections * 2);
  const ticks = connections + STRIDE * (PACKETS_OF_CONNECTION - 1);
  for (let tick = 0; tick < ticks; tick++) {
    const timeUs = Math.floor(1_700_000_000e6 + (tick * 1e6) / perSecond);
    for (let step = 0; step < PACKETS_OF_CONNECTION; step++) {
      const index = tick - step * STRIDE;
      if (index >= 0 && index < connections) writer.add(timeUs, segmentOf(endsOf(index, pairOf(index), numbers), step));
    }
  }
  writer.close();
  return writer.packets;
}

function ownPair(index: number): Pair {
  const clientPort = FIRST_PORT + (Math.floor(index / CLIENTS) % PORTS);
  return { client: clientAddress(index % CLIENTS), clientPort, server: serverAddress(index % SERVERS) };
}

function endsOf(index: number, pair: Pair, numbers: Uint32Array): Ends {
  return {
    ...pair,
    serverPort: SERVER_PORT,
    clientNumber: numbers[index * 2]!,
    serverNumber: numbers[index * 2 + 1]!,
  };
}

/** The eight packets of a connection, in their order. */
function segmentOf(ends: Ends, step: number): Segment {
  switch (step) {
    case 0:
      return fromClient(ends, Flag.SYN, [0, 0]);
    case 1:
      return fromServer(ends, Flag.SYN | Flag.ACK, [0, 1]);
    case 2:
      return fromClient(ends, Flag.ACK, [1, 1]);
    case 3:
      return fromClient(ends, Flag.PSH | Flag.ACK, [1, 1], REQUEST);
    case 4:
      return fromServer(ends, Flag.PSH | Flag.ACK, [1, 1 + REQUEST], RESPONSE);
    case 5:
      return fromClient(ends, Flag.FIN | Flag.ACK, [1 + REQUEST, 1 + RESPONSE]);
    case 6:
      return fromServer(ends, Flag.FIN | Flag.ACK, [1 + RESPONSE, 2 + REQUEST]);
    default:
      return fromClient(ends, Flag.ACK, [2 + REQUEST, 2 + RESPONSE]);
  }
}
