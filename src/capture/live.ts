import { createRequire } from "node:module";
import type { PcapSession } from "pcap";
import type { Frame, FrameSink } from "./frame.ts";
import { LinkType } from "./link-type.ts";

/** Capture can't be had: no right to it, no such interface, a link type that weir does not read. */
export class CaptureFault extends Error {
  override readonly name = "CaptureFault";
}

export interface LiveOptions {
  readonly filter: string;
  /** Octets of the kernel's ring. */
  readonly ringOctets: number;
  /** Octets kept of a packet: the headers, and a whole DNS answer (RFC 6891, 6.2.5 advises no more than 4096). */
  readonly snapLength: number;
  /** How long the kernel may gather packets before it wakes us. */
  readonly timeoutMs: number;
}

export const defaultLiveOptions: Omit<LiveOptions, "filter"> = {
  ringOctets: 8 * 1024 * 1024,
  snapLength: 2048,
  timeoutMs: 100,
};

/**
 * Packets of one interface, through libpcap. `onFrame` is called on node_pcap's own stack: under load its
 * native loop does not come back to the event loop before the ring is empty, so no timer fires meanwhile
 * and whoever must act looks at the clock in `onFrame`.
 */
export class LiveCapture {
  readonly interfaceName: string;
  readonly #session: PcapSession;
  readonly #frame: Frame;
  #isInCallback = false;
  #isClosed = false;

  /** Opens at once; throws CaptureFault. */
  constructor(interfaceName: string, options: LiveOptions, onFrame: FrameSink) {
    this.interfaceName = interfaceName;
    this.#session = openSession(interfaceName, options);
    this.#frame = {
      linkType: linkTypeNumber(this.#session.link_type, interfaceName),
      timeUs: 0,
      bytes: new Uint8Array(0),
      start: 0,
      end: 0,
      originalLength: 0,
    };
    this.#session.on("packet", (packet: { buf: Buffer; header: Buffer }) => {
      this.#isInCallback = true;
      onFrame(this.#read(packet.buf, packet.header));
      this.#isInCallback = false;
    });
  }

  /** Packets that the kernel had no room for, since the opening: ps_drop and ps_ifdrop of pcap_stats(3PCAP). */
  dropped(): number {
    if (this.#isClosed) return 0;
    const { ps_drop, ps_ifdrop } = this.#session.stats();
    return ps_drop + ps_ifdrop;
  }

  /** Ends the native loop, if it runs, after the packet at hand. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session.close();
    // close() only asks libpcap to break its loop; outside of it, one more dispatch is what lets go of the device.
    if (!this.#isInCallback) (this.#session as unknown as PrivateSession).session.read_callback();
  }

  /** node_pcap hands over struct pcap_pkthdr with 32-bit times, in the machine's byte order (little-endian on all we run on). */
  #read(buffer: Buffer, header: Buffer): Frame {
    const frame = this.#frame;
    frame.timeUs = header.readUInt32LE(0) * 1_000_000 + header.readUInt32LE(4);
    frame.bytes = buffer;
    frame.end = Math.min(header.readUInt32LE(8), buffer.length);
    frame.originalLength = header.readUInt32LE(12);
    return frame;
  }
}

/** Names of the interfaces that exist now. */
export function interfaceNames(): readonly string[] {
  return loadPcap()
    .findalldevs()
    .map((device) => device.name);
}

interface PrivateSession {
  readonly session: { readonly read_callback: () => void };
}

function openSession(interfaceName: string, options: LiveOptions): PcapSession {
  try {
    return loadPcap().createSession(interfaceName, {
      filter: options.filter,
      buffer_size: options.ringOctets,
      snap_length: options.snapLength,
      buffer_timeout: options.timeoutMs,
      promiscuous: false,
    });
  } catch (cause) {
    throw new CaptureFault(`interface ${interfaceName}: ${explain(cause)}`, { cause });
  }
}

function explain(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const isRight = /permission|not permitted/iu.test(message);
  return isRight ? `no right to capture (needs root or CAP_NET_RAW): ${message}` : message;
}

function linkTypeNumber(name: string, interfaceName: string): number {
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
      throw new CaptureFault(`interface ${interfaceName}: link type ${name} is not one that weir reads`);
  }
}

/** Loaded where it is needed: the other commands run without libpcap on the machine. */
function loadPcap(): typeof import("pcap") {
  try {
    const pcap = createRequire(import.meta.url)("pcap") as typeof import("pcap");
    // An interface without address (a pod's veth) is nothing to warn of.
    pcap.warningHandler = () => undefined;
    return pcap;
  } catch (cause) {
    throw new CaptureFault("the libpcap addon is not built or libpcap is missing; run make setup", { cause });
  }
}
