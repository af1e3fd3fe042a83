import type { Frame } from "../capture/frame.ts";
import type { ConntrackEntry } from "../capture/conntrack-entry.ts";
import { decode } from "../packet/decode.ts";
import { Headers, Protocol } from "../packet/headers.ts";
import { recordConnection } from "./connection-record.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { Endpoint, FlowEvent } from "./connection.ts";
import { trackConntrack } from "./conntrack-connection.ts";
import { defaultFlowSettings, type FlowSettings } from "./flow-settings.ts";
import { HeavyConversations } from "./heavy-conversations.ts";
import { trackIcmpError } from "./icmp-error.ts";
import { Listeners } from "./listeners.ts";
import { Names } from "./names.ts";
import { trackSctp } from "./sctp.ts";
import { onSilence } from "./silence.ts";
import { trackTcp } from "./tcp.ts";
import { trackUdp } from "./udp.ts";

const DNS_PORT = 53;

export interface TrackerOptions {
  readonly emit: (event: FlowEvent) => void;
  /** Any 32-bit number that outsiders cannot know. */
  readonly seed: number;
  readonly settings?: FlowSettings;
  /** Which packets to look at; all, unless it says otherwise. */
  readonly admits?: (headers: Headers) => boolean;
  /** Whose word the clock is: the packets' own times, or, where they come from several rings one after the other, `advance` alone. */
  readonly clock?: "packets" | "caller";
}

/**
 * In: frames, in the order of capture. Out: flow events, through `emit`. The packets' own times are the
 * clock, so that a savefile gives the same records as the traffic gave live; where no packets come,
 * `advance` moves it. Invariant: each connection is told as closed exactly once, by `finish` at the latest.
 */
export class FlowTracker {
  /** Which conversations the packets belong to, of UDP and of TCP. */
  readonly heavyDatagrams = new HeavyConversations();
  readonly heavySegments = new HeavyConversations();
  readonly #headers = new Headers();
  readonly #table: ConnectionTable;
  readonly #listeners = new Listeners();
  readonly #names: Names;
  readonly #admits: (headers: Headers) => boolean;
  readonly #isPacketDriven: boolean;
  readonly #unreadable: Record<string, number> = {};
  #packets = 0;

  constructor({ emit, seed, settings = defaultFlowSettings, admits = () => true, clock = "packets" }: TrackerOptions) {
    const listeners = this.#listeners;
    this.#names = new Names(emit);
    this.#admits = admits;
    this.#isPacketDriven = clock === "packets";
    this.#table = new ConnectionTable({
      settings,
      emit,
      seed,
      record: (connection) => recordConnection(connection, listeners),
      onSilence: (connection, nowUs) => onSilence(this.#table, connection, nowUs),
    });
  }

  get packets(): number {
    return this.#packets;
  }

  /** Connections known at this moment. */
  get size(): number {
    return this.#table.size;
  }

  /** Connections told and forgotten early, for want of room. */
  get evicted(): number {
    return this.#table.evicted;
  }

  /** Frames that gave no headers, by reason. */
  get unreadable(): Readonly<Record<string, number>> {
    return this.#unreadable;
  }

  add(frame: Frame): void {
    this.#packets += 1;
    if (this.#isPacketDriven) this.#table.advance(frame.timeUs);
    const reason = decode(frame, this.#headers);
    if (reason !== undefined) {
      this.#unreadable[reason] = (this.#unreadable[reason] ?? 0) + 1;
      return;
    }
    if (this.#admits(this.#headers)) this.#track(frame);
  }

  /** What the kernel's connection tracking knows; returns whether it was news. */
  addConntrack(entry: ConntrackEntry, timeUs: number): boolean {
    this.#table.advance(timeUs);
    return trackConntrack(this.#table, entry, timeUs);
  }

  /** Half of the table at most is given to connections that are older than weir. */
  get hasRoomForOlder(): boolean {
    return this.#table.hasRoomForOlder;
  }

  /** The sockets of this node that listen for TCP: they tell the direction of connections whose handshake was missed. */
  replaceListeningSockets(sockets: readonly Endpoint[]): void {
    this.#listeners.replaceSockets("TCP", sockets);
  }

  advance(nowUs: number): void {
    this.#table.advance(nowUs);
  }

  /** No more frames: tells all connections as they stand. */
  finish(): void {
    this.#table.finish();
  }

  #track(frame: Frame): void {
    const headers = this.#headers;
    switch (headers.protocol) {
      case Protocol.TCP:
        return this.#trackTcp(frame);
      case Protocol.UDP:
        return this.#trackUdp(frame);
      case Protocol.SCTP:
        return trackSctp(this.#table, headers);
      case Protocol.ICMP:
      case Protocol.ICMPV6:
        return trackIcmpError(this.#table, headers);
    }
  }

  #trackTcp(frame: Frame): void {
    const headers = this.#headers;
    const view = trackTcp(this.#table, headers);
    if (view === undefined) return;
    this.heavySegments.note(view);
    if (headers.payloadLength > 0) this.#names.addSegment(view, headers, frame.bytes);
  }

  #trackUdp(frame: Frame): void {
    const headers = this.#headers;
    const view = trackUdp(this.#table, headers, frame.bytes);
    this.heavyDatagrams.note(view);
    if (headers.sourcePort === DNS_PORT) this.#names.addDatagram(view, headers, frame.bytes);
  }
}
