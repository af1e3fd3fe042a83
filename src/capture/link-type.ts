/** Link-layer header types that weir reads, by their number in savefiles: https://www.tcpdump.org/linktypes.html */
export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  PPP: 9,
  /** What some writers store for raw IP instead of 101; DLT_RAW of Linux and of OpenBSD. */
  DLT_RAW: 12,
  DLT_RAW_OPENBSD: 14,
  PPP_HDLC: 50,
  PPP_ETHER: 51,
  RAW: 101,
  CISCO_HDLC: 104,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  NFLOG: 239,
  LINUX_SLL2: 276,
} as const;

const READABLE: ReadonlySet<number> = new Set(Object.values(LinkType));

/** Names of the types most often met among those that weir doesn't read, so that its refusal says more than a number. */
const UNREADABLE_NAMES: ReadonlyMap<number, string> = new Map([
  [6, "token ring"],
  [10, "FDDI"],
  [105, "802.11"],
  [107, "frame relay"],
  [117, "OpenBSD pflog"],
  [119, "802.11 with Prism header"],
  [127, "802.11 with radiotap header"],
  [163, "802.11 with AVS header"],
  [187, "Bluetooth HCI"],
  [189, "Linux USB"],
  [192, "per-packet information"],
  [195, "802.15.4"],
  [201, "Bluetooth HCI with direction"],
  [220, "Linux USB, padded"],
  [227, "CAN"],
  [231, "D-Bus"],
  [249, "USBPcap"],
  [251, "Bluetooth Low Energy"],
  [252, "Wireshark upper PDU"],
  [253, "Linux netlink"],
]);

export function isReadableLinkType(linkType: number): boolean {
  return READABLE.has(linkType);
}

/** Says that weir doesn't read this link type, with its number and, where known, its name. */
export function unreadableLinkType(linkType: number): string {
  const name = UNREADABLE_NAMES.get(linkType);
  return `weir doesn't read link type ${linkType}${name === undefined ? "" : ` (${name})`}`;
}
