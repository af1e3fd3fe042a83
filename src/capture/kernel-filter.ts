/**
 * What the kernel copies to user space, as a pcap-filter(7) expression. It keeps the cost proportional to
 * connections, not to bytes: bulk data never passes it.
 *
 * libpcap's `tcp[...]`, `sctp[...]` and `icmp[...]` read IPv4 only, so IPv6 is spelled out: `ip6[6]` is the
 * next header, the transport header begins at octet 40. Segments behind IPv6 extension headers are not seen
 * live. Tunnels are left out: what they carry is seen where it is plain, on the pods' own interfaces.
 */
export const kernelFilter: string = [
  "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0",
  "(ip6[6] = 6 and ip6[53] & 7 != 0)", // octet 13 of the TCP header: the control bits
  `(sctp and (${sctpChunks("sctp[12]")}))`,
  `(ip6[6] = 132 and (${sctpChunks("ip6[52]")}))`,
  "icmp[icmptype] = icmp-unreach",
  "(ip6[6] = 58 and ip6[40] = 1)",
  // DNS over TCP, whose answers come in segments with data; octet 12 of the TCP header tells where they begin.
  "(tcp src port 53 and ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) > 0)",
  "(ip6[6] = 6 and ip6[40:2] = 53 and ip6[4:2] - ((ip6[52] & 0xf0) >> 2) > 0)",
  `(udp and not (${tunnelPorts()
    .map((port) => `port ${port}`)
    .join(" or ")}))`,
].join(" or ");

/** INIT, INIT ACK, ABORT, SHUTDOWN, SHUTDOWN COMPLETE: RFC 9260, 3.2. */
function sctpChunks(chunkType: string): string {
  return [1, 2, 6, 7, 14].map((type) => `${chunkType} = ${type}`).join(" or ");
}

/** VXLAN (RFC 7348, and Linux's old default), Geneve (RFC 8926), WireGuard (as Calico and Cilium use it). */
function tunnelPorts(): readonly number[] {
  return [4789, 8472, 6081, 51820, 51821, 51871];
}
