/** pcap savefiles: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html */
import type { Frame, FrameSink } from "./frame.ts";
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

/** Reads from the file header to the end of the file. Throws a SavefileFault. */
export function readPcap(input: SavefileInput, format: PcapFormat, onFrame: FrameSink): void {
  const header = readFileHeader(input, format.isLittleEndian);
  const frame: Frame = {
    linkType: header.linkType,
    timeUs: 0,
    bytes: input.bytes,
    start: 0,
    end: 0,
    originalLength: 0,
  };
  while (!input.isAtEnd()) {
    readRecord(input, format, header, frame);
    onFrame(frame);
    input.packets++;
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
  input.require(FILE_HEADER_OCTETS, "file header");
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

function readRecord(input: SavefileInput, format: PcapFormat, header: PcapHeader, frame: Frame): void {
  input.require(format.recordHeaderOctets, "record header");
  const { view, position } = input;
  const seconds = view.getUint32(position, format.isLittleEndian);
  const fraction = view.getUint32(position + 4, format.isLittleEndian);
  const captured = view.getUint32(position + 8, format.isLittleEndian);
  const original = view.getUint32(position + 12, format.isLittleEndian);
  frame.timeUs = seconds * 1_000_000 + Math.floor(fraction / format.fractionsPerUs);
  input.position += format.recordHeaderOctets;
  // Before version 2.4 the two lengths stood the other way round, in most files.
  const areSwapped = header.minorVersion < 4 && captured > original;
  if (areSwapped) readPacket(input, original, captured, frame);
  else readPacket(input, captured, original, frame);
}

function readPacket(input: SavefileInput, captured: number, original: number, frame: Frame): void {
  if (captured > MAX_PACKET_OCTETS) throw input.fault(overlongPacket(captured));
  input.require(captured, "record");
  frame.bytes = input.bytes;
  frame.start = input.position;
  frame.end = input.position + captured;
  frame.originalLength = Math.max(original, captured);
  input.position += captured;
}
