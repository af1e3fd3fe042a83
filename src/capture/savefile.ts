/**
 * Packets from a savefile: pcap or pcapng octets, maybe compressed, go in, frames come out, in the order of the file.
 * Needs no libpcap, which refuses pcapng files whose interfaces differ and doesn't say where a file breaks.
 */
import { compressionOf } from "./compression.ts";
import type { ReadProgress } from "./file-source.ts";
import type { Frame, FrameSink } from "./frame.ts";
import { PcapReader, pcapFormat } from "./pcap-file.ts";
import { PcapngReader, SECTION_HEADER } from "./pcapng-file.ts";
import { openInput } from "./savefile-input.ts";
import type { SavefileInput } from "./savefile-input.ts";

export interface SavefileOptions {
  readonly onProgress?: ReadProgress;
}

/**
 * Reads the savefile at `path` (`-` is standard input) to its end and returns the number of packets. Memory stays
 * constant. The one Frame handed to `onFrame` is overwritten by the next. Throws a SavefileFault at the first thing that
 * is wrong, after delivering the packets before it.
 */
export async function readSavefile(path: string, onFrame: FrameSink, options: SavefileOptions = {}): Promise<number> {
  const savefile = openSavefile(path, options);
  try {
    while (await savefile.fill()) while (savefile.read()) onFrame(savefile.frame);
    return savefile.packets;
  } finally {
    savefile.close();
  }
}

/** Throws a SavefileFault. */
export function openSavefile(path: string, { onProgress }: SavefileOptions = {}): Savefile {
  return new Savefile(openInput(path, onProgress));
}

/** A savefile that is read packet by packet: `read` as often as it says yes, then `fill`, until that says no. */
export class Savefile {
  readonly #input: SavefileInput;
  #reader: PcapReader | PcapngReader | undefined;

  constructor(input: SavefileInput) {
    this.#input = input;
  }

  /** The packet that was read last. Overwritten by the next, its octets by `fill`. */
  get frame(): Frame {
    return this.#reader!.frame;
  }

  /** How many have been read. */
  get packets(): number {
    return this.#input.packets;
  }

  /** Whether it could be read a second time. */
  get isRegularFile(): boolean {
    return this.#input.isRegularFile;
  }

  /** Reads the next packet of those in memory, if there is one. Throws a SavefileFault. */
  read(): boolean {
    return this.#reader!.read();
  }

  /** Reads on. False at the end of the file. Throws a SavefileFault. */
  async fill(): Promise<boolean> {
    const hasMore = await this.#input.fill();
    if (!hasMore && this.#reader === undefined) throw this.#input.fault("the file is empty");
    this.#reader ??= await this.#begin();
    if (!hasMore) this.#reader.finish();
    return hasMore;
  }

  close(): void {
    this.#input.close();
  }

  async #begin(): Promise<PcapReader | PcapngReader> {
    const compression = compressionOf(this.#magic());
    if (compression?.decoder !== undefined) {
      this.#input.decompress(compression);
      if (!(await this.#input.fill())) throw this.#input.fault(`there is nothing in the ${compression.name} data`);
    }
    return this.#readerOf(this.#magic());
  }

  #magic(): number {
    this.#input.has(4, "file header");
    return this.#input.view.getUint32(this.#input.position);
  }

  #readerOf(magic: number): PcapReader | PcapngReader {
    if (magic === SECTION_HEADER) return new PcapngReader(this.#input);
    const format = pcapFormat(magic);
    if (format === undefined) throw this.#input.fault(strangerReason(magic));
    return new PcapReader(this.#input, format);
  }
}

function strangerReason(magic: number): string {
  const compression = compressionOf(magic);
  if (compression === undefined)
    return `not a pcap or pcapng capture: it begins with 0x${magic.toString(16).padStart(8, "0")}`;
  const { name, decoder } = compression;
  if (decoder !== undefined) return `the file is compressed twice, with ${name} at last`;
  return `the file is compressed with ${name}: decompress it first, as in ${name} -dc FILE | weir ... --pcap -`;
}
