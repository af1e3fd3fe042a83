import { DESTINATION, type Headers, SOURCE } from "../packet/headers.ts";

/**
 * The two ends of a view: client address in words 0 to 3, server address in 4 to 7, client port in 8, server port in 9.
 * A plain array, since there is one of them for each connection: a typed one would take twice the room.
 */
export type ViewEnds = number[];

/** Ends to be filled in: as numbers that need not be whole, so that V8 keeps any 32 bits in place. */
export function noEnds(): ViewEnds {
  const ends = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
  return ends.fill(0);
}

/** Fills in the ends of this packet's view, whose sender is the client, or the server. */
export function setEnds(ends: ViewEnds, headers: Headers, sender: "client" | "server"): void {
  const { addresses, sourcePort, destinationPort } = headers;
  const isClients = sender === "client";
  const client = isClients ? SOURCE : DESTINATION;
  const server = isClients ? DESTINATION : SOURCE;
  for (let word = 0; word < 4; word++) {
    ends[word] = addresses[client + word]!;
    ends[4 + word] = addresses[server + word]!;
  }
  ends[8] = isClients ? sourcePort : destinationPort;
  ends[9] = isClients ? destinationPort : sourcePort;
}

/** Calls the client the server, and the server the client. */
export function exchangeEnds(ends: ViewEnds): void {
  for (let word = 0; word < 4; word++) exchange(ends, word, word + 4);
  exchange(ends, 8, 9);
}

function exchange(ends: ViewEnds, a: number, b: number): void {
  const word = ends[a]!;
  ends[a] = ends[b]!;
  ends[b] = word;
}

/** Whether they have the same client address and port, as DNAT leaves them. */
export function hasSameClient(a: ViewEnds, b: ViewEnds): boolean {
  return a[8] === b[8] && isSameAddress(a, b, 0);
}

/** Whether they have the same server address and port, as SNAT leaves them. */
export function hasSameServer(a: ViewEnds, b: ViewEnds): boolean {
  return a[9] === b[9] && isSameAddress(a, b, 4);
}

export function hasSameServerAddress(a: ViewEnds, b: ViewEnds): boolean {
  return isSameAddress(a, b, 4);
}

export function hasSameAddresses(a: ViewEnds, b: ViewEnds): boolean {
  return isSameAddress(a, b, 0) && isSameAddress(a, b, 4);
}

function isSameAddress(a: ViewEnds, b: ViewEnds, offset: number): boolean {
  return (
    a[offset + 3] === b[offset + 3] &&
    a[offset] === b[offset] &&
    a[offset + 1] === b[offset + 1] &&
    a[offset + 2] === b[offset + 2]
  );
}
