import { CaptureDenied, CaptureFault } from "./capture-fault.ts";
import type { Frame, FrameSink } from "./frame.ts";
import { LinkType } from "./link-type.ts";
import { loadPcap, type NativeSession } from "./pcap-binding.ts";

export interface LiveOptions {
  readonly filter: string;
  /** Octets of the kernel's ring. */
  readonly ringOctets: number;
  /** Octets kept of a packet: the headers, and a whole DNS answer (RFC 6891, 6.2.5 advises no more than 4096). */
  readonly snapLength: number;
  /** How long the kernel may gather packets before it hands over a block of its ring. */
  readonly timeoutMs: number;
}

export const defaultLiveOptions: Omit<LiveOptions, "filter"> = {
  ringOctets: 4 * 1024 * 1024,
  snapLength: 2048,
  timeoutMs: 100,
};

/** See NativeSession.read_some: the header before each packet. */
const HEADER_WORDS = 4;
const WORD_OCTETS = 4;
/** What is taken out of a ring at a time, by whichever session has its turn: a call for each packet would cost as much as all else that capture does with it. */
const GATHERED_OCTETS = 64 * 1024;
const gathered = Buffer.from(new ArrayBuffer(GATHERED_OCTETS));
const gatheredWords = new Uint32Array(gathered.buffer);

/**
 * Packets of one interface, through libpcap. Nothing happens by itself: whoever owns it calls `read` now and
 * then, and `onFrame` is called from within.
 */
export class LiveSession {
  readonly interfaceName: string;
  readonly ringOctets: number;
  readonly #native: NativeSession;
  readonly #onFrame: FrameSink;
  readonly #frame: Frame = { linkType: 0, timeUs: 0, bytes: gathered, start: 0, end: 0, originalLength: 0 };
  #isClosed = false;

  /** Opens at once; throws CaptureFault. */
  constructor(interfaceName: string, options: LiveOptions, onFrame: FrameSink) {
    this.interfaceName = interfaceName;
    this.ringOctets = options.ringOctets;
    this.#onFrame = onFrame;
    this.#native = new (loadPcap().PcapSession)();
    try {
      this.#frame.linkType = this.#open(options);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Hands over at most so many of the packets that wait, and says how many they were; -1 where the interface has gone. */
  read(atMost: number): number {
    let count = 0;
    while (count < atMost && !this.#isClosed) {
      const filled = this.#native.read_some(gathered, atMost - count);
      if (filled < 0) return count > 0 ? count : -1;
      if (filled === 0) break;
      count += this.#handOver(filled);
    }
    return count;
  }

  /** Since the opening: what passed the filter, and what of that the kernel had no room for (pcap_stats(3PCAP)). */
  stats(): { readonly received: number; readonly dropped: number } {
    if (this.#isClosed) return { received: 0, dropped: 0 };
    const { ps_recv, ps_drop, ps_ifdrop } = this.#native.stats();
    return { received: ps_recv, dropped: ps_drop + ps_ifdrop };
  }

  /** May be called from within `onFrame`, after which no more packets come. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#native.finish();
  }

  #open({ filter, ringOctets, snapLength, timeoutMs }: LiveOptions): number {
    const native = this.#native;
    try {
      // prettier-ignore
      const linkType = native.open_live(this.interfaceName, filter, ringOctets, snapLength, "", ignore, false, timeoutMs, ignore, false);
      return linkTypeNumber(linkType);
    } catch (cause) {
      throw explain(this.interfaceName, cause);
    }
  }

  /** The packets in so many octets, one after the other. */
  #handOver(filled: number): number {
    const frame = this.#frame;
    let count = 0;
    for (let at = 0; at < filled && !this.#isClosed; count++) {
      const word = at / WORD_OCTETS;
      const kept = gatheredWords[word + 2]!;
      frame.timeUs = gatheredWords[word]! * 1_000_000 + gatheredWords[word + 1]!;
      frame.start = at + HEADER_WORDS * WORD_OCTETS;
      frame.end = frame.start + kept;
      frame.originalLength = gatheredWords[word + 3]!;
      at = frame.start + WORD_OCTETS * Math.ceil(kept / WORD_OCTETS);
      this.#onFrame(frame);
    }
    return count;
  }
}

/** What node_pcap would call for each packet is never called, and an interface without address (a pod's veth) is nothing to warn of. */
function ignore(): void {}

function explain(interfaceName: string, cause: unknown): CaptureFault {
  const message = cause instanceof Error ? cause.message : String(cause);
  const isDenied = /permission|not permitted/iu.test(message);
  if (!isDenied) return new CaptureFault(`interface ${interfaceName}: ${message}`, { cause });
  const needs = "no right to capture (needs root or CAP_NET_RAW)";
  return new CaptureDenied(`interface ${interfaceName}: ${needs}: ${message}`, { cause });
}

function linkTypeNumber(name: string): number {
  switch (name) {
    case "LINKTYPE_ETHERNET":
      return LinkType.ETHERNET;
    case "LINKTYPE_LINUX_SLL":
      return LinkType.LINUX_SLL;
    case "LINKTYPE_RAW":
      return LinkType.RAW;
    case "LINKTYPE_NULL":
      return LinkType.NULL;
    default:
      throw new Error(`link type ${name} is not one that weir reads`);
  }
}
