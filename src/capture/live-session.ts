import { CaptureFault } from "./capture-fault.ts";
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
 * Packets of one interface, through libpcap. Whoever owns it calls `read` now and then, and `onFrame` is
 * called from within: node_pcap's native loop does not come back before the ring is empty, so under load no
 * timer fires meanwhile, and whoever must act looks at the clock in `onFrame`.
 */
export class LiveSession {
  readonly interfaceName: string;
  readonly #native: NativeSession;
  readonly #packet: Buffer;
  readonly #header = Buffer.alloc(HEADER_OCTETS);
  #isReading = false;
  #isClosed = false;

  /** Opens at once; throws CaptureFault. */
  constructor(interfaceName: string, options: LiveOptions, onFrame: FrameSink) {
    this.interfaceName = interfaceName;
    this.#packet = Buffer.alloc(options.snapLength);
    this.#native = new (loadPcap().PcapSession)();
    const frame: Frame = { linkType: 0, timeUs: 0, bytes: this.#packet, start: 0, end: 0, originalLength: 0 };
    const linkType = this.#open(options, () => onFrame(this.#fill(frame)));
    const number = linkTypeNumber(linkType);
    if (number !== undefined) frame.linkType = number;
    else {
      this.close();
      throw new CaptureFault(`interface ${interfaceName}: link type ${linkType} is not one that weir reads`);
    }
  }

  /** Hands over all packets that wait. False if the interface has gone. */
  read(): boolean {
    if (this.#isClosed) return true;
    this.#isReading = true;
    const result = this.#native.dispatch(this.#packet, this.#header);
    this.#isReading = false;
    return result !== -1;
  }

  /** Packets that the kernel had no room for, since the opening: ps_drop and ps_ifdrop of pcap_stats(3PCAP). */
  dropped(): number {
    if (this.#isClosed) return 0;
    const { ps_drop, ps_ifdrop } = this.#native.stats();
    return ps_drop + ps_ifdrop;
  }

  /** Ends the native loop, if it runs, after the packet at hand. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#native.close();
    // It only asks libpcap to break its loop; outside of it, one more dispatch is what lets go of the device.
    if (!this.#isReading) this.#native.dispatch(this.#packet, this.#header);
  }

  #open({ filter, ringOctets, snapLength, timeoutMs }: LiveOptions, onPacket: () => void): string {
    const native = this.#native;
    try {
      // prettier-ignore
      return native.open_live(this.interfaceName, filter, ringOctets, snapLength, "", onPacket, false, timeoutMs, ignore, false);
    } catch (cause) {
      throw new CaptureFault(`interface ${this.interfaceName}: ${explain(cause)}`, { cause });
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

function explain(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const isRight = /permission|not permitted/iu.test(message);
  return isRight ? `no right to capture (needs root or CAP_NET_RAW): ${message}` : message;
}

function linkTypeNumber(name: string): number | undefined {
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
      return undefined;
  }
}
