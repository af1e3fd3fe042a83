import { type Headers, Protocol, TcpFlag } from "../packet/headers.ts";

/** One connection in a thousand is the least share. */
const MAX_HALVINGS = 10;
/** A backlog, read at once after nobody had time to read, is no flood: so much of what was not asked for may be made up for. */
const CREDIT_SECONDS = 2;

export interface SamplingOptions {
  /** Packets a second that the flow table is to be asked about. */
  readonly perSecond: number;
  /** Any 32-bit number that outsiders cannot know: else they could choose ports that are never looked at. */
  readonly seed: number;
}

/**
 * Keeps the cost of a flood within a budget. Past it only a share of all connections is followed: of one that
 * is, every packet, both ways. Packets that close a connection are left out last, since no flood of forged openings
 * has them, and they alone tell of a true connection whose opening was left out.
 */
export class Sampling {
  readonly #options: SamplingOptions;
  #halvings = 0;
  #offered = 0;
  /** Packets that the budget had room for and that did not come. */
  #credit = 0;
  /** Beside the share. */
  #endsLeft = 0;
  #sinceUs: number | undefined;
  #sampledOut = 0;

  constructor(options: SamplingOptions) {
    this.#options = options;
  }

  /** Packets left out since the start. */
  get sampledOut(): number {
    return this.#sampledOut;
  }

  /** Of connections: 1 where all are followed. */
  get share(): number {
    return 2 ** -this.#halvings;
  }

  admits(headers: Headers): boolean {
    this.#offered += 1;
    if (this.#halvings === 0 || this.#isChosen(headers) || (isEnd(headers) && this.#endsLeft-- > 0)) return true;
    this.#sampledOut += 1;
    return false;
  }

  /** Chooses the share by what came since the last call; to be called a few times a second. */
  adjust(nowUs: number): void {
    const elapsedUs = nowUs - (this.#sinceUs ?? nowUs);
    this.#sinceUs = nowUs;
    if (elapsedUs <= 0) return;
    const room = (this.#options.perSecond * elapsedUs) / 1_000_000;
    const surplus = room + this.#credit - this.#offered;
    const needed = surplus >= 0 ? 0 : Math.ceil(Math.log2(this.#offered / room));
    this.#credit = Math.min(Math.max(surplus, 0), this.#options.perSecond * CREDIT_SECONDS);
    this.#offered = 0;
    this.#endsLeft = room;
    // Down at once, up again one step at a time.
    this.#halvings = Math.min(Math.max(needed, this.#halvings - 1), MAX_HALVINGS);
  }

  /** By both ends, whichever way the packet goes. */
  #isChosen({ addresses, sourcePort, destinationPort }: Headers): boolean {
    const { seed } = this.#options;
    const source = mix(addresses[0]! ^ addresses[1]! ^ addresses[2]!, addresses[3]!, sourcePort ^ seed);
    const destination = mix(addresses[4]! ^ addresses[5]! ^ addresses[6]!, addresses[7]!, destinationPort ^ seed);
    return ((source + destination) & ((1 << this.#halvings) - 1)) === 0;
  }
}

function isEnd({ protocol, tcpFlags }: Headers): boolean {
  return protocol === Protocol.TCP && (tcpFlags & TcpFlag.FIN) !== 0;
}

/** The finalizer of MurmurHash3, for each word. */
function mix(network: number, host: number, port: number): number {
  return scramble(scramble(scramble(port) ^ host) ^ network);
}

function scramble(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
