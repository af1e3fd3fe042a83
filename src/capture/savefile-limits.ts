/**
 * Bounds for the lengths that a savefile claims, none of which is trusted: without them a corrupt one would be
 * believed until the end of the file, or until memory ends. They are libpcap's.
 */

/** MAXIMUM_SNAPLEN of libpcap's pcap-int.h. */
export const MAX_PACKET_OCTETS = 262_144;

/** INITIAL_MAX_BLOCKSIZE of libpcap's sf-pcapng.c: what a pcapng block may have, options and all. */
export const MAX_BLOCK_OCTETS = 16 * 2 ** 20;

/** Interface descriptions in a section. Ours: as many as the packet block with the narrowest field can name. */
export const MAX_INTERFACES = 65_536;

export function overlongPacket(octets: number): string {
  return `corrupt length: the packet claims ${octets} octets, at most ${MAX_PACKET_OCTETS} are possible`;
}
