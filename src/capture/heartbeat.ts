import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import type { Frame } from "./frame.ts";

const MAGIC = Buffer.from("weirbeat");
const NONCE_OCTETS = 8;
/** IPv4 header, UDP header, and what we send. */
const BEAT_OCTETS = 20 + 8 + MAGIC.length + NONCE_OCTETS;
/** From 127.0.0.1 to 127.0.0.1, as an IPv4 header has them one after the other. */
const LOOPBACK_TO_LOOPBACK = Buffer.from([127, 0, 0, 1, 127, 0, 0, 1]);
const LONGEST_LINK_HEADER = 16;
const LOOPBACK = "127.0.0.1";

/**
 * Datagrams of our own to a port of our own on loopback, which a capture that works must see. They are no
 * connections: whoever captures leaves out every frame that `isBeat`, ours or another weir's.
 */
export class Heartbeat {
  readonly #socket: Socket;
  readonly #nonce = randomBytes(NONCE_OCTETS);
  #isReady = false;
  #sent = 0;

  constructor() {
    this.#socket = createSocket("udp4").unref();
    this.#socket.on("error", () => (this.#isReady = false)); // no IPv4, or no loopback: then nothing is sent
    this.#socket.bind(0, LOOPBACK, () => (this.#isReady = true));
  }

  /** How many went out: where loopback is down, none does, and their absence says nothing. */
  get sent(): number {
    return this.#sent;
  }

  beat(): void {
    if (!this.#isReady) return;
    const { port } = this.#socket.address();
    this.#socket.send([MAGIC, this.#nonce], port, LOOPBACK, (error) => {
      if (error === null) this.#sent += 1;
    });
  }

  /** Whether this beat is one of ours. */
  isOwn(beat: Frame): boolean {
    return hasAt(beat, beat.end - NONCE_OCTETS, this.#nonce);
  }

  close(): void {
    this.#isReady = false;
    this.#socket.close();
  }
}

/** Whether a frame is anybody's heartbeat; most others differ in length already. */
export function isBeat(frame: Frame): boolean {
  const length = frame.end - frame.start;
  if (length < BEAT_OCTETS || length > BEAT_OCTETS + LONGEST_LINK_HEADER) return false;
  const payload = frame.end - NONCE_OCTETS - MAGIC.length;
  return hasAt(frame, payload, MAGIC) && hasAt(frame, payload - 16, LOOPBACK_TO_LOOPBACK);
}

function hasAt({ bytes }: Frame, offset: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++) if (bytes[offset + index] !== expected[index]) return false;
  return true;
}
