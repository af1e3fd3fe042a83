import { createRequire } from "node:module";
import { CaptureDenied } from "./capture-fault.ts";

/**
 * The native half of node_pcap, with what scripts/node-pcap.patch adds to it. The
 * JavaScript half is left out: docs/decisions/capture.md says why.
 */
export interface NativeSession {
  /** Opens for live capture without blocking and returns the name of the link type. Throws where libpcap does. */
  open_live(
    device: string,
    filter: string,
    ringOctets: number,
    snapLength: number,
    outputFile: string,
    onPacket: () => void,
    isMonitor: boolean,
    timeoutMs: number,
    onWarning: (message: string) => void,
    isPromiscuous: boolean,
  ): string;
  /**
   * Fills the buffer with at most `count` of the packets that wait, as far as the next is sure to have room: of each four
   * 32-bit words in the machine's order (seconds, microseconds, octets kept, octets on the wire), then the octets kept,
   * padded to whole words. Returns the octets filled, -1 on an error, and -2 when the session has been finished.
   */
  read_some(packets: Buffer, count: number): number;
  /** Lets go of the device. */
  finish(): void;
  stats(): { readonly ps_recv: number; readonly ps_drop: number; readonly ps_ifdrop: number };
}

export interface PcapBinding {
  readonly PcapSession: new () => NativeSession;
  /** Trims the allocator (malloc_trim(3)), and unmaps the program's unwritable segments, whose pages come back as they are used. */
  give_back_memory(): void;
}

/** Loaded where it is needed: the other commands run without libpcap on the machine. */
export function loadPcap(): PcapBinding {
  let binding: PcapBinding;
  try {
    binding = createRequire(import.meta.url)("pcap/build/Release/pcap_binding") as PcapBinding;
  } catch (cause) {
    throw new CaptureDenied("the libpcap addon is not built or libpcap is missing; run make setup", { cause });
  }
  if ("give_back_memory" in binding) return binding;
  throw new CaptureDenied("the libpcap addon was built without scripts/node-pcap.patch; run make setup");
}
