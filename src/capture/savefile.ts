/**
 * Packets from a savefile: pcap or pcapng octets go in, frames come out, in the order of the file.
 * Needs no libpcap, which refuses pcapng files whose interfaces differ and doesn't say where a file breaks.
 */
import type { FrameSink } from "./frame.ts";
import { pcapFormat, readPcap } from "./pcap-file.ts";
import { SECTION_HEADER, readPcapng } from "./pcapng-file.ts";
import { openSavefile } from "./savefile-input.ts";
import type { ReadProgress, SavefileInput } from "./savefile-input.ts";

/** First octets of compressed files, and what undoes the compression. */
const COMPRESSIONS = [
  { name: "gzip", command: "gzip -dc", magic: 0x1f8b0000, mask: 0xffff0000 },
  { name: "zstd", command: "zstd -dc", magic: 0x28b52ffd, mask: 0xffffffff },
  { name: "lz4", command: "lz4 -dc", magic: 0x04224d18, mask: 0xffffffff },
  { name: "xz", command: "xz -dc", magic: 0xfd377a58, mask: 0xffffffff },
  { name: "bzip2", command: "bzip2 -dc", magic: 0x425a6800, mask: 0xffffff00 },
] as const;

/**
 * Reads the savefile at `path` (`-` is standard input) to its end and returns the number of packets. Synchronous;
 * memory stays constant. The one Frame handed to `onFrame` is overwritten by the next. Throws a SavefileFault at the
 * first thing that is wrong, after delivering the packets before it.
 */
export function readSavefile(path: string, onFrame: FrameSink, options: { onProgress?: ReadProgress } = {}): number {
  const input = openSavefile(path, options.onProgress);
  try {
    readPackets(input, onFrame);
    return input.packets;
  } finally {
    input.close();
  }
}

function readPackets(input: SavefileInput, onFrame: FrameSink): void {
  if (input.isAtEnd()) throw input.fault("the file is empty");
  input.require(4, "file header");
  const magic = input.view.getUint32(input.position);
  if (magic === SECTION_HEADER) return readPcapng(input, onFrame);
  const format = pcapFormat(magic);
  if (format === undefined) throw input.fault(strangerReason(magic));
  return readPcap(input, format, onFrame);
}

function strangerReason(magic: number): string {
  const compression = COMPRESSIONS.find((known) => (magic & known.mask) >>> 0 === known.magic);
  return compression === undefined
    ? `not a pcap or pcapng capture: it begins with 0x${magic.toString(16).padStart(8, "0")}`
    : `the file is compressed with ${compression.name}: decompress it first, as in ${compression.command} FILE | weir ... --pcap -`;
}
