import type { SavefileInput } from "./savefile-input.ts";

/** What an Interface Description Block says of the packets that refer to it. */
export interface PcapngInterface {
  /** Its number in the section. */
  readonly index: number;
  readonly linkType: number;
  readonly isReadable: boolean;
  /** Octets kept of a packet at most; 0 is no limit. */
  readonly snapLength: number;
  readonly ticksPerSecond: number;
  /** Added to every time stamp. */
  readonly offsetUs: number;
}

/** What the blocks of a section have in common, and the block that is being read. */
export interface PcapngSection {
  isLittleEndian: boolean;
  interfaces: PcapngInterface[];
  /** Length of the block at the input's position, all of which is in memory. */
  blockOctets: number;
  /** Of the packet that was read last. */
  origin: PcapngInterface | undefined;
}

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;
const SECTION_HEADER_OCTETS = 28;

/** Whether the Section Header Block at the input's position is little-endian; its length can't be read without. */
export function isSectionLittleEndian(input: SavefileInput): boolean {
  const magic = input.view.getUint32(input.position + 8);
  if (magic === BYTE_ORDER_MAGIC) return false;
  if (magic === BYTE_ORDER_MAGIC_SWAPPED) return true;
  throw input.fault(`corrupt section header: its byte order magic is 0x${magic.toString(16).padStart(8, "0")}`);
}

/** Reads the Section Header Block at the input's position. Throws a SavefileFault. */
export function beginSection(input: SavefileInput, section: PcapngSection): void {
  if (section.blockOctets < SECTION_HEADER_OCTETS) throw input.fault("corrupt length: the section header is too short");
  const majorVersion = input.view.getUint16(input.position + 12, section.isLittleEndian);
  const minorVersion = input.view.getUint16(input.position + 14, section.isLittleEndian);
  // Some writers called 1.0 "1.2", and readers shall take it; draft-ietf-opsawg-pcapng-03, 4.1.
  if (majorVersion !== 1 || (minorVersion !== 0 && minorVersion !== 2)) {
    throw input.fault(`pcapng version ${majorVersion}.${minorVersion} is not supported, 1.0 is`);
  }
  section.interfaces = [];
}
