/**
 * What the kernel copies to user space, as a pcap-filter(7) expression. It keeps the cost proportional to
 * connections, not to bytes: bulk data never passes it.
 *
 * libpcap's `tcp[...]`, `sctp[...]` and `icmp[...]` read IPv4 only, so IPv6 is spelled out: `ip6[6]` is the
 * next header, the transport header begins at octet 40. What is behind extension headers and VLAN tags is in
 * hidden-headers.ts; since libpcap makes a tree over the EtherType and the next header, it costs other packets nothing.
 * Tunnels are left out: what they carry is seen where it is plain, on the pods' own interfaces; and so are later
 * fragments, which have no ports.
 */
import { isAny, isNone } from "./filter-terms.ts";
import { hiddenOpenings } from "./hidden-headers.ts";
import { TUNNEL_PORTS } from "./tunnel-ports.ts";

/** INIT, INIT ACK, ABORT, SHUTDOWN, SHUTDOWN COMPLETE: RFC 9260, 3.2. */
const SCTP_CHUNKS = [1, 2, 6, 7, 14];

export const kernelFilter: string = [
  "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0",
  "(ip6[6] = 6 and ip6[53] & 7 != 0)", // octet 13 of the TCP header: the control bits
  isAny("sctp[12]", SCTP_CHUNKS),
  `(ip6[6] = 132 and ${isAny("ip6[52]", SCTP_CHUNKS)})`,
  "icmp[icmptype] = icmp-unreach",
  "(ip6[6] = 58 and ip6[40] = 1)",
  // DNS over TCP, whose answers come in segments with data; octet 12 of the TCP header tells where they begin.
  "(tcp src port 53 and ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) > 0)",
  "(ip6[6] = 6 and ip6[40:2] = 53 and ip6[4:2] - ((ip6[52] & 0xf0) >> 2) > 0)",
  // Each comparison of `udp[...]` is also libpcap's test that there is such a header.
  `(${isNone("udp[0:2]", TUNNEL_PORTS)} and ${isNone("udp[2:2]", TUNNEL_PORTS)})`,
  `(ip6[6] = 17 and ${isNone("ip6[40:2]", TUNNEL_PORTS)} and ${isNone("ip6[42:2]", TUNNEL_PORTS)})`,
  hiddenOpenings,
].join(" or ");
