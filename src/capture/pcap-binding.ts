import { createRequire } from "node:module";
import { CaptureFault } from "./capture-fault.ts";

/**
 * The native half of node_pcap, without its JavaScript half: that one waits for packets with a libuv handle
 * which spins when an interface goes away, which is never closed, and which may be collected while libuv
 * still points to it; and it makes an object for each packet.
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
   * Hands over packet after packet until the ring is empty: fills both buffers, then calls `onPacket`.
   * Returns 0 when it is empty, -1 on an error, and -2 when the session has been closed, by this very call.
   */
  dispatch(packet: Buffer, header: Buffer): number;
  /** Only asks for it: the next `dispatch`, or the one at work, lets go of the device. */
  close(): void;
  stats(): { readonly ps_recv: number; readonly ps_drop: number; readonly ps_ifdrop: number };
}

export interface PcapBinding {
  readonly PcapSession: new () => NativeSession;
}

/** Loaded where it is needed: the other commands run without libpcap on the machine. */
export function loadPcap(): PcapBinding {
  try {
    return createRequire(import.meta.url)("pcap/build/Release/pcap_binding") as PcapBinding;
  } catch (cause) {
    throw new CaptureFault("the libpcap addon is not built or libpcap is missing; run make setup", { cause });
  }
}
