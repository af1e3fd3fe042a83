/** VXLAN (RFC 7348, and Linux's old default), Geneve (RFC 8926), WireGuard (as Calico and Cilium use it). */
export const TUNNEL_PORTS: readonly number[] = [4789, 8472, 6081, 51820, 51821, 51871];
