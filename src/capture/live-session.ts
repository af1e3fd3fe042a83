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
  ringOctets: 8 * 1024 * 1024,
  snapLength: 2048,
  timeoutMs: 100,
};

/** struct pcap_pkthdr as node_pcap hands it over: four 32-bit words. */
const HEADER_OCTETS = 16;

/**
 * Packets of one interface, through libpcap. Nothing happens by itself: whoever owns it calls `read` now and
 * then, and `onFrame` is called from within.
 */
export class LiveSession {
  readonly interfaceName: string;
  readonly ringOctets: number;
  readonly #native: NativeSession;
  readonly #packet: Buffer;
  readonly #header = Buffer.alloc(HEADER_OCTETS);
  #isClosed = false;

  /** Opens at once; throws CaptureFault. */
  constructor(interfaceName: string, options: LiveOptions, onFrame: FrameSink) {
    this.interfaceName = interfaceName;
    this.ringOctets = options.ringOctets;
    this.#packet = Buffer.alloc(options.snapLength);
    this.#native = new (loadPcap().PcapSession)();
    const frame: Frame = { linkType: 0, timeUs: 0, bytes: this.#packet, start: 0, end: 0, originalLength: 0 };
    try {
      frame.linkType = this.#open(options, () => onFrame(this.#fill(frame)));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Hands over at most so many of the packets that wait, and says how many they were; -1 where the interface has gone. */
  read(atMost: number): number {
    return this.#isClosed ? 0 : this.#native.dispatch_some(this.#packet, this.#header, atMost);
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

  #open({ filter, ringOctets, snapLength, timeoutMs }: LiveOptions, onPacket: () => void): number {
    const native = this.#native;
    try {
      // prettier-ignore
      const linkType = native.open_live(this.interfaceName, filter, ringOctets, snapLength, "", onPacket, false, timeoutMs, ignore, false);
      return linkTypeNumber(linkType);
    } catch (cause) {
      throw explain(this.interfaceName, cause);
    }
  }

  /** Times are 32 bits wide, in the machine's byte order (little-endian on all we run on). */
  #fill(frame: Frame): Frame {
    const header = this.#header;
    frame.timeUs = header.readUInt32LE(0) * 1_000_000 + header.readUInt32LE(4);
    frame.end = Math.min(header.readUInt32LE(8), this.#packet.length);
    frame.originalLength = header.readUInt32LE(12);
    return frame;
  }
}

/** An interface without address (a pod's veth) is nothing to warn of. */
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
