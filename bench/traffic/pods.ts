/** Who talks in the benchmark: addresses that the cluster of `cluster.ts` gives to pods. */
export const CLIENTS = 200;
export const SERVERS = 4;
export const SERVER_PORT = 8080;

/** 10.1.0.0/16 */
export function clientAddress(index: number): number {
  return 0x0a_01_00_01 + index;
}

/** 10.2.0.0/16 */
export function serverAddress(index: number): number {
  return 0x0a_02_00_01 + index;
}

export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}
