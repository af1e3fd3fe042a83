import type { Headers } from "../packet/headers.ts";
import { isAgainstPath, isAlongPath } from "./sctp-paths.ts";
import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";

/** Multi-homed associations are few; a power of two. */
const SLOTS = 4_096;

/**
 * Multi-homed SCTP associations by the tags that their sides have chosen, which every packet carries on whichever path
 * (RFC 9260, 8.5): so that what comes on another path than the first finds its association. Each tag has one slot, and
 * the last to come has it; the slots are written over, so that noting and finding make no garbage.
 */
export class Associations {
  readonly #tags = new Float64Array(SLOTS).fill(UNSEEN);
  readonly #connections: (TrackedConnection | undefined)[] = Array.from({ length: SLOTS });
  /** Of the connections at the time: they may have been used again for others. */
  readonly #serials = new Float64Array(SLOTS);
  /** Until when stragglers may come of one that has ended. */
  readonly #strayUs = new Float64Array(SLOTS);

  /** Both sides have told their tags, and one of them more addresses than one. */
  note(connection: TrackedConnection): void {
    this.#put(connection.clientToken, connection);
    this.#put(connection.serverToken, connection);
  }

  /** What comes of it until then, on another path than the first, is a straggler. */
  noteEnd({ clientToken, serverToken }: TrackedConnection, strayUs: number): void {
    this.#noteEnd(clientToken, strayUs);
    this.#noteEnd(serverToken, strayUs);
  }

  /** A view of the association of which this packet, between ends that are not known, shows another path. */
  find(headers: Headers): TrackedView | undefined {
    const slot = slotOf(headers.sctpVerificationTag);
    const connection = this.#connections[slot];
    if (connection === undefined || this.#tags[slot] !== headers.sctpVerificationTag) return undefined;
    if (connection.serial !== this.#serials[slot] || connection.phase === "gone") return undefined;
    for (const view of connection.views) if (isAlongPath(view, headers) || isAgainstPath(view, headers)) return view;
    return undefined;
  }

  isStraggler({ sctpVerificationTag, timeUs }: Headers): boolean {
    const slot = slotOf(sctpVerificationTag);
    return this.#tags[slot] === sctpVerificationTag && timeUs <= this.#strayUs[slot]!;
  }

  #put(tag: number, connection: TrackedConnection): void {
    const slot = slotOf(tag);
    this.#tags[slot] = tag;
    this.#connections[slot] = connection;
    this.#serials[slot] = connection.serial;
    this.#strayUs[slot] = Number.NEGATIVE_INFINITY;
  }

  #noteEnd(tag: number, strayUs: number): void {
    const slot = slotOf(tag);
    if (this.#tags[slot] === tag) this.#strayUs[slot] = strayUs;
  }
}

function slotOf(tag: number): number {
  const hash = Math.imul(tag, 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
