/** pcap savefiles: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html */
import { emptyFrame } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { isReadableLinkType, unreadableLinkType } from "./link-type.ts";
import { MAX_PACKET_OCTETS, overlongPacket } from "./savefile-limits.ts";
import type { SavefileInput } from "./savefile-input.ts";

/** What the magic number at the head of a pcap file tells. */
export interface PcapFormat {
  readonly isLittleEndian: boolean;
  readonly fractionsPerUs: 1 | 1000;
  readonly recordHeaderOctets: number;
}

interface PcapHeader {
  readonly minorVersion: number;
  readonly linkType: number;
}

const FILE_HEADER_OCTETS = 24;
const RECORD_HEADER_OCTETS = 16;
/** Alexey Kuznetsov's libpcap of the 1990s wrote interface, protocol and packet type behind the usual record header. */
const KUZNETSOV_RECORD_HEADER_OCTETS = 24;

/** What four octets, read as a big-endian number, say of the file they begin; undefined where they are no pcap magic. */
export function pcapFormat(magic: number): PcapFormat | undefined {
  return knownFormat(magic, false) ?? knownFormat(byteSwapped(magic), true);
}

/** Reads a pcap file, file header first. */
export class PcapReader {
  readonly frame: Frame;
  readonly #input: SavefileInput;
  readonly #format: PcapFormat;
  #header: PcapHeader | undefined;

  constructor(input: SavefileInput, format: PcapFormat) {
    this.frame = emptyFrame(input.bytes);
    this.#input = input;
    this.#format = format;
  }

  /** Reads the next packet of those in memory into `frame`, if there is one. Throws a SavefileFault. */
  read(): boolean {
    return this.#readHeader() && this.#readRecord();
  }

  /** There is nothing to say at the end of the file. */
  finish(): void {}

  #readHeader(): boolean {
    if (this.#header !== undefined) return true;
    if (!this.#input.has(FILE_HEADER_OCTETS, "file header")) return false;
    this.#header = readFileHeader(this.#input, this.#format.isLittleEndian);
    this.frame.linkType = this.#header.linkType;
    return true;
  }

  #readRecord(): boolean {
    const input = this.#input;
    const { isLittleEndian, fractionsPerUs, recordHeaderOctets } = this.#format;
    if (!input.has(recordHeaderOctets, "record header")) return false;
    const { view, position } = input;
    const captured = view.getUint32(position + 8, isLittleEndian);
    const original = view.getUint32(position + 12, isLittleEndian);
    // Before version 2.4 the two lengths stood the other way round, in most files.
    const areSwapped = this.#header!.minorVersion < 4 && captured > original;
    if (!this.#readPacket(areSwapped ? original : captured, areSwapped ? captured : original)) return false;
    const fraction = view.getUint32(position + 4, isLittleEndian);
    this.frame.timeUs = view.getUint32(position, isLittleEndian) * 1_000_000 + Math.floor(fraction / fractionsPerUs);
    return true;
  }

  #readPacket(captured: number, original: number): boolean {
    const { frame } = this;
    const input = this.#input;
    const { recordHeaderOctets } = this.#format;
    if (captured > MAX_PACKET_OCTETS) throw input.fault(overlongPacket(captured));
    if (!input.has(captured, "record", recordHeaderOctets)) return false;
    frame.bytes = input.bytes;
    frame.start = input.position + recordHeaderOctets;
    frame.end = frame.start + captured;
    frame.originalLength = Math.max(original, captured);
    input.position = frame.end;
    input.packets++;
    return true;
  }
}

function knownFormat(magic: number, isLittleEndian: boolean): PcapFormat | undefined {
  switch (magic) {
    case 0xa1b2c3d4:
      return { isLittleEndian, fractionsPerUs: 1, recordHeaderOctets: RECORD_HEADER_OCTETS };
    case 0xa1b23c4d:
      return { isLittleEndian, fractionsPerUs: 1000, recordHeaderOctets: RECORD_HEADER_OCTETS };
    case 0xa1b2cd34:
      return { isLittleEndian, fractionsPerUs: 1, recordHeaderOctets: KUZNETSOV_RECORD_HEADER_OCTETS };
    default:
      return undefined;
  }
}

function byteSwapped(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

function readFileHeader(input: SavefileInput, isLittleEndian: boolean): PcapHeader {
  const { view, position } = input;
  const majorVersion = view.getUint16(position + 4, isLittleEndian);
  const minorVersion = view.getUint16(position + 6, isLittleEndian);
  if (majorVersion !== 2 || minorVersion > 4) {
    throw input.fault(`pcap version ${majorVersion}.${minorVersion} is not supported, 2.0 to 2.4 are`);
  }
  const linkType = linkTypeOf(input, view.getUint32(position + 20, isLittleEndian));
  input.position += FILE_HEADER_OCTETS;
  return { minorVersion, linkType };
}

/** The upper bits of the field tell the length of the frame check sequence, or are reserved and zero. */
function linkTypeOf(input: SavefileInput, field: number): number {
  if ((field & 0x03ff0000) !== 0) {
    throw input.fault(`the link type field is 0x${field.toString(16)}: its reserved bits are set`);
  }
  const linkType = field & 0xffff;
  if (!isReadableLinkType(linkType)) throw input.fault(unreadableLinkType(linkType));
  return linkType;
}
