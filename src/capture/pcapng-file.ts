/** pcapng savefiles: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html */
import { emptyFrame } from "./frame.ts";
import type { Frame } from "./frame.ts";
import { unreadableLinkType } from "./link-type.ts";
import { readInterface } from "./pcapng-interface.ts";
import { readEnhancedPacket, readObsoletePacket, readSimplePacket } from "./pcapng-packet.ts";
import { beginSection, isSectionLittleEndian } from "./pcapng-section.ts";
import type { PcapngSection } from "./pcapng-section.ts";
import type { SavefileFault } from "./savefile-fault.ts";
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

/** Reads a pcapng file, section after section. */
export class PcapngReader {
  readonly frame: Frame;
  readonly #input: SavefileInput;
  readonly #section: PcapngSection = { isLittleEndian: true, interfaces: [], blockOctets: 0, origin: undefined };
  #unreadable: SavefileFault | undefined;

  constructor(input: SavefileInput) {
    this.frame = emptyFrame(input.bytes);
    this.#input = input;
  }

  /** Reads the next packet of those in memory into `frame`, if there is one. Throws a SavefileFault. */
  read(): boolean {
    const input = this.#input;
    const section = this.#section;
    while (hasBlock(input, section)) {
      const isPacket = readBlock(input, section, this.frame);
      const isReadable = isPacket && this.#isReadable();
      input.position += section.blockOctets;
      if (isPacket) input.packets++;
      if (isReadable) return true;
    }
    return false;
  }

  /** At the end of the file: throws the SavefileFault that some of its packets are of a link type that weir doesn't read. */
  finish(): void {
    if (this.#unreadable !== undefined) throw this.#unreadable;
  }

  /** The first packet that can't be read is told at the end of the file: those of other interfaces are read all the same. */
  #isReadable(): boolean {
    const { isReadable, linkType, index } = this.#section.origin!;
    if (!isReadable) {
      this.#unreadable ??= this.#input.fault(`${unreadableLinkType(linkType)}, that of interface ${index}`);
    }
    return isReadable;
  }
}

/** Whether the whole next block is in memory. */
function hasBlock(input: SavefileInput, section: PcapngSection): boolean {
  if (!input.has(EMPTY_BLOCK_OCTETS, "block header")) return false;
  const { view, position } = input;
  if (view.getUint32(position) === SECTION_HEADER) section.isLittleEndian = isSectionLittleEndian(input);
  const length = view.getUint32(position + 4, section.isLittleEndian);
  if (length < EMPTY_BLOCK_OCTETS || length > MAX_BLOCK_OCTETS || length % 4 !== 0) {
    throw input.fault(
      `corrupt length: a block claims ${length} octets, not a multiple of 4 from ${EMPTY_BLOCK_OCTETS} to ${MAX_BLOCK_OCTETS}`,
    );
  }
  if (!input.has(length, "block")) return false;
  section.blockOctets = length;
  checkTrailer(input, section);
  return true;
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
