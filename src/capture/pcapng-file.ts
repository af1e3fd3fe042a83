/** pcapng savefiles: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html */
import type { Frame, FrameSink } from "./frame.ts";
import { readInterface } from "./pcapng-interface.ts";
import { readEnhancedPacket, readObsoletePacket, readSimplePacket } from "./pcapng-packet.ts";
import { beginSection, isSectionLittleEndian } from "./pcapng-section.ts";
import type { PcapngSection } from "./pcapng-section.ts";
import type { SavefileInput } from "./savefile-input.ts";
import { MAX_BLOCK_OCTETS, MAX_INTERFACES } from "./savefile-limits.ts";

/** The same in either byte order, so that a file can be told by it. */
export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

/** Type, length, and the length again. */
const EMPTY_BLOCK_OCTETS = 12;

/** Reads from the first section header to the end of the file. Throws a SavefileFault. */
export function readPcapng(input: SavefileInput, onFrame: FrameSink): void {
  const section: PcapngSection = { isLittleEndian: true, interfaces: [], blockOctets: 0 };
  const frame: Frame = { linkType: 0, timeUs: 0, bytes: input.bytes, start: 0, end: 0, originalLength: 0 };
  while (!input.isAtEnd()) {
    requireBlock(input, section);
    if (readBlock(input, section, frame)) {
      onFrame(frame);
      input.packets++;
    }
    input.position += section.blockOctets;
  }
}

/** Makes the whole next block readable. */
function requireBlock(input: SavefileInput, section: PcapngSection): void {
  input.require(EMPTY_BLOCK_OCTETS, "block header");
  const { view, position } = input;
  if (view.getUint32(position) === SECTION_HEADER) section.isLittleEndian = isSectionLittleEndian(input);
  const length = view.getUint32(position + 4, section.isLittleEndian);
  if (length < EMPTY_BLOCK_OCTETS || length > MAX_BLOCK_OCTETS || length % 4 !== 0) {
    throw input.fault(
      `corrupt length: a block claims ${length} octets, not a multiple of 4 from ${EMPTY_BLOCK_OCTETS} to ${MAX_BLOCK_OCTETS}`,
    );
  }
  input.require(length, "block");
  section.blockOctets = length;
  checkTrailer(input, section);
}

function checkTrailer(input: SavefileInput, section: PcapngSection): void {
  const { blockOctets } = section;
  const trailer = input.view.getUint32(input.position + blockOctets - 4, section.isLittleEndian);
  if (trailer === blockOctets) return;
  throw input.fault(`corrupt length: a block claims ${blockOctets} octets at its head and ${trailer} at its end`);
}

/** Whether the block was a packet, which is then in `frame`. */
function readBlock(input: SavefileInput, section: PcapngSection, frame: Frame): boolean {
  switch (input.view.getUint32(input.position, section.isLittleEndian)) {
    case ENHANCED_PACKET:
      readEnhancedPacket(input, section, frame);
      return true;
    case SIMPLE_PACKET:
      readSimplePacket(input, section, frame);
      return true;
    case OBSOLETE_PACKET:
      readObsoletePacket(input, section, frame);
      return true;
    case SECTION_HEADER:
      beginSection(input, section);
      return false;
    case INTERFACE_DESCRIPTION:
      addInterface(input, section);
      return false;
    default:
      // Names, statistics, secrets, comments, and what is yet to be invented: blocks are made to be skipped.
      return false;
  }
}

function addInterface(input: SavefileInput, section: PcapngSection): void {
  if (section.interfaces.length === MAX_INTERFACES) {
    throw input.fault(`the section describes more than ${MAX_INTERFACES} interfaces`);
  }
  section.interfaces.push(readInterface(input, section));
}
