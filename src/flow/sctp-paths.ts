import { DESTINATION, type Headers, SOURCE } from "../packet/headers.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";
import type { ViewEnds } from "./view-ends.ts";

const NONE = new Uint32Array(0);

/** Notes what an INIT or INIT ACK tells of its sender, once: what is repeated says the same. */
export function noteHomes(connection: TrackedConnection, headers: Headers, sender: "client" | "server"): void {
  if (headers.sctpAddressCount === 0 || (connection.homes?.[sender].length ?? 0) > 0) return;
  connection.homes ??= { client: NONE, server: NONE };
  connection.homes[sender] = headers.sctpAddresses.slice(0, 4 * headers.sctpAddressCount);
}

/** Whether the packet goes along one of the view's association's paths, from client to server. */
export function isAlongPath(view: TrackedView, { addresses, sourcePort, destinationPort }: Headers): boolean {
  const { ends, connection } = view;
  if (connection.homes === undefined || ends[8] !== sourcePort || ends[9] !== destinationPort) return false;
  const { client, server } = connection.homes;
  return isAt(ends, 0, client, addresses, SOURCE) && isAt(ends, 4, server, addresses, DESTINATION);
}

/** The same from server to client. */
export function isAgainstPath(view: TrackedView, { addresses, sourcePort, destinationPort }: Headers): boolean {
  const { ends, connection } = view;
  if (connection.homes === undefined || ends[9] !== sourcePort || ends[8] !== destinationPort) return false;
  const { client, server } = connection.homes;
  return isAt(ends, 4, server, addresses, SOURCE) && isAt(ends, 0, client, addresses, DESTINATION);
}

/** Whether the address is the end's own, or one that it told. */
function isAt(ends: ViewEnds, end: 0 | 4, told: Uint32Array, addresses: Uint32Array, at: number): boolean {
  if (isSameAddress(ends, end, addresses, at)) return true;
  for (let home = 0; home < told.length; home += 4) if (isSameAddress(told, home, addresses, at)) return true;
  return false;
}

function isSameAddress(a: ArrayLike<number>, atA: number, b: ArrayLike<number>, atB: number): boolean {
  for (let word = 0; word < 4; word++) if (a[atA + word] !== b[atB + word]) return false;
  return true;
}
