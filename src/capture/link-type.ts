/** Link-layer header types that weir reads, by their number in savefiles: https://www.tcpdump.org/linktypes.html */
export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  /** What some writers store for raw IP instead of 101; DLT_RAW of Linux and of OpenBSD. */
  DLT_RAW: 12,
  DLT_RAW_OPENBSD: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;
