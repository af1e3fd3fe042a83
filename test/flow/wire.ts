/** A wire to put packets on, by hand: what the flow stage says of them comes off at the other end. */
import type { Frame } from "../../src/capture/frame.ts";
import { LinkType } from "../../src/capture/link-type.ts";
import { toConnectionJson } from "../../src/flow/connection-json.ts";
import type { Connection, FlowEvent } from "../../src/flow/connection.ts";
import { defaultFlowSettings, type FlowSettings } from "../../src/flow/flow-settings.ts";
import { FlowTracker } from "../../src/flow/flow-tracker.ts";
import { address4, address6, be16, be32, concat } from "../packet/packet-bytes.ts";

/** Monday, 1 January 2024, in microseconds: where time begins on every wire. */
export const EPOCH_US = 1_704_067_200_000_000;

const FLAGS = { F: 0x01, S: 0x02, R: 0x04, P: 0x08, A: 0x10, E: 0x40, C: 0x80 } as const;

export interface Sent {
  /** `address:port`; of IPv6 `[address]:port`. */
  readonly from: string;
  readonly to: string;
  /** Seconds after the wire's beginning; the wire's clock stays there. Without it, a millisecond after the last packet. */
  readonly at?: number;
  /** Time to live. */
  readonly ttl?: number;
  readonly id?: number;
}

export interface Segment extends Sent {
  /** As tcpdump has them: S, SA, A, F, R, P, E (ECE), C (CWR). */
  readonly flags: string;
  readonly seq?: number;
  readonly ack?: number;
  /** Octets of payload. */
  readonly length?: number;
  readonly timestamp?: number;
  /** Instead of `length` zeros. */
  readonly payload?: Uint8Array;
}

export interface SctpChunk {
  /** Verification tag. */
  readonly tag: number;
  /** Chunk type. */
  readonly chunk: number;
  readonly initiateTag?: number;
  /** Told in address parameters. */
  readonly addresses?: readonly string[];
}

export class Wire {
  readonly events: FlowEvent[] = [];
  readonly tracker: FlowTracker;
  #nowUs = EPOCH_US;

  constructor(settings: Partial<FlowSettings> = {}, clock: "packets" | "caller" = "packets") {
    this.tracker = new FlowTracker({
      clock,
      seed: 1,
      settings: { ...defaultFlowSettings, ...settings },
      emit: (event) => this.events.push(event),
    });
  }

  tcp(segment: Segment): this {
    const { flags, seq = 0, ack = 0, length = 0, timestamp } = segment;
    const bits = flags.split("").reduce((sum, letter) => sum | FLAGS[letter as keyof typeof FLAGS], 0);
    const options = timestamp === undefined ? [] : [1, 1, 8, 10, ...be32(timestamp), 0, 0, 0, 0];
    const header = [...be32(seq), ...be32(ack), (5 + options.length / 4) << 4, bits, 0xff, 0xff, 0, 0, 0, 0];
    return this.#put(segment, 6, concat([...header, ...options], segment.payload ?? new Uint8Array(length)));
  }

  udp(datagram: Sent & { readonly payload: string }): this {
    const payload = Buffer.from(datagram.payload, "latin1");
    return this.#put(datagram, 17, concat(be16(8 + payload.length), [0, 0], payload));
  }

  sctp(packet: Sent & SctpChunk): this {
    const { tag, chunk, initiateTag = 0, addresses = [] } = packet;
    const parameters = addresses.flatMap((address) => addressParameter(address));
    const fixed = [...be32(initiateTag), ...be32(0), ...be32(0), ...be32(0)];
    const octets = [chunk, 0, ...be16(20 + parameters.length), ...fixed, ...parameters];
    return this.#put(packet, 132, concat(be32(tag), be32(0), octets));
  }

  /** Destination unreachable, quoting the first 28 octets of what `quoted` describes. */
  icmpUnreachable(from: string, code: number, quoted: Segment): this {
    const { source, destination, ports } = endsOf(quoted);
    const protocol = quoted.flags === "" ? 17 : 6;
    const inner = concat(ipv4Header(protocol, 48, quoted, source, destination), ports, be32(quoted.seq ?? 0));
    const bytes = concat([3, code, 0, 0, 0, 0, 0, 0], inner);
    return this.#frame(concat(ipv4Header(1, 20 + bytes.length, {}, from, source), bytes), undefined);
  }

  /** A whole handshake: client's initial sequence number 1000, server's 5000. */
  handshake(from: string, to: string, at?: number): this {
    return this.tcp({ from, to, flags: "S", seq: 1000, ...(at === undefined ? {} : { at }) })
      .tcp({ from: to, to: from, flags: "SA", seq: 5000, ack: 1001 })
      .tcp({ from, to, flags: "A", seq: 1001, ack: 5001 });
  }

  /** Both sides close, after these octets of payload each way. */
  close(from: string, to: string, toServer = 0, toClient = 0): this {
    return this.tcp({ from, to, flags: "FA", seq: 1001 + toServer, ack: 5001 + toClient }).tcp({
      from: to,
      to: from,
      flags: "FA",
      seq: 5001 + toClient,
      ack: 1002 + toServer,
    });
  }

  /** Lets time pass. */
  wait(seconds: number): this {
    this.#nowUs += seconds * 1e6;
    this.tracker.advance(this.#nowUs);
    return this;
  }

  /** Connections told as closed so far, and all that are left: in the order in which they are told. */
  finish(): Connection[] {
    this.tracker.finish();
    return this.closed();
  }

  closed(): Connection[] {
    return this.events.flatMap((event) => (event.kind === "closed" ? [event.connection] : []));
  }

  opened(): Connection[] {
    return this.events.flatMap((event) => (event.kind === "opened" ? [event.connection] : []));
  }

  #put(sent: Sent, protocol: number, afterPorts: Uint8Array): this {
    const { source, destination, ports } = endsOf(sent);
    const header = source.includes(":")
      ? ipv6Header(protocol, 4 + afterPorts.length, sent, source, destination)
      : ipv4Header(protocol, 24 + afterPorts.length, sent, source, destination);
    return this.#frame(concat(header, ports, afterPorts), sent.at);
  }

  #frame(bytes: Uint8Array, at: number | undefined): this {
    this.#nowUs = at === undefined ? this.#nowUs + 1000 : EPOCH_US + at * 1e6;
    const frame: Frame = {
      linkType: LinkType.RAW,
      timeUs: this.#nowUs,
      bytes,
      start: 0,
      end: bytes.length,
      originalLength: bytes.length,
    };
    this.tracker.add(frame);
    return this;
  }
}

/** What a test compares: `10.0.0.1:40000 > 10.0.0.2:80 established`, and the rest where it matters. */
export function summary({ client, server, direction, outcome }: Connection): string {
  const sign = direction === "unknown" ? "?" : ">";
  return `${client.ip}:${client.port} ${sign} ${server.ip}:${server.port} ${outcome}`;
}

/** The public record without its id. */
export function record(connection: Connection): object {
  const { id: _id, ...rest } = toConnectionJson(connection);
  return rest;
}

/** RFC 9260, 3.3.2.1. */
function addressParameter(address: string): number[] {
  return address.includes(":") ? [0, 6, 0, 20, ...address6(address)] : [0, 5, 0, 8, ...address4(address)];
}

function endsOf({ from, to }: Sent): { source: string; destination: string; ports: number[] } {
  const [source, sourcePort] = endOf(from);
  const [destination, destinationPort] = endOf(to);
  return { source, destination, ports: [...be16(sourcePort), ...be16(destinationPort)] };
}

function endOf(text: string): [string, number] {
  const colon = text.lastIndexOf(":");
  return [text.slice(0, colon).replace(/[[\]]/gu, ""), Number(text.slice(colon + 1))];
}

function ipv6Header(protocol: number, length: number, sent: Sent, source: string, destination: string): number[] {
  const { id = 0, ttl = 64 } = sent;
  return [...be32(0x60000000 + id), ...be16(length), protocol, ttl, ...address6(source), ...address6(destination)];
}

function ipv4Header(
  protocol: number,
  length: number,
  sent: Partial<Sent>,
  source: string,
  destination: string,
): number[] {
  const { id = 0, ttl = 64 } = sent;
  return [
    0x45,
    0,
    ...be16(length),
    ...be16(id),
    0x40,
    0,
    ttl,
    protocol,
    0,
    0,
    ...address4(source),
    ...address4(destination),
  ];
}
