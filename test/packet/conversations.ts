/** What decode says is in a capture, in the lines of test/captures/README.md. */
import type { Frame } from "../../src/capture/frame.ts";
import { addressText } from "../../src/packet/address.ts";
import { decode } from "../../src/packet/decode.ts";
import { DESTINATION, Headers, Protocol, SOURCE, TcpFlag } from "../../src/packet/headers.ts";

const INIT = 1;

interface Conversation {
  /** Of the first packet: its two ends, each address and port. */
  readonly first: readonly [source: string, destination: string];
  readonly protocol: number;
  /** The line about whoever opened it, where that was seen. */
  opening: string | undefined;
  answer: string | undefined;
}

export class Conversations {
  readonly #headers = new Headers();
  readonly #byEnds = new Map<string, Conversation>();
  readonly unreadable = new Map<string, number>();

  readonly add = (frame: Frame): void => {
    const headers = this.#headers;
    const reason = decode(frame, headers);
    if (reason !== undefined) this.unreadable.set(reason, (this.unreadable.get(reason) ?? 0) + 1);
    else if (headers.protocol !== Protocol.ICMP && headers.protocol !== Protocol.ICMPV6) this.#note(headers);
  };

  lines(): string[] {
    return [...new Set([...this.#byEnds.values()].map(line))].toSorted();
  }

  #note(headers: Headers): void {
    const source = addressText(headers.addresses, SOURCE);
    const destination = addressText(headers.addresses, DESTINATION);
    const ends = [`${source} ${headers.sourcePort}`, `${destination} ${headers.destinationPort}`] as const;
    const key = `${headers.protocol} ${ends.toSorted().join(" ")}`;
    const conversation = this.#byEnds.get(key) ?? {
      first: ends,
      protocol: headers.protocol,
      opening: undefined,
      answer: undefined,
    };
    this.#byEnds.set(key, conversation);
    const toServer = `${source} ${destination} ${headers.destinationPort}`;
    if (isOpening(headers)) conversation.opening = toServer;
    if (isAnswer(headers)) conversation.answer = `${destination} ${source} ${headers.sourcePort}`;
  }
}

function isOpening(headers: Headers): boolean {
  if (headers.protocol === Protocol.SCTP) return headers.sctpChunkType === INIT;
  return headers.protocol === Protocol.TCP && (headers.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK)) === TcpFlag.SYN;
}

function isAnswer(headers: Headers): boolean {
  const both = TcpFlag.SYN | TcpFlag.ACK;
  return headers.protocol === Protocol.TCP && (headers.tcpFlags & both) === both;
}

function line({ first, protocol, opening, answer }: Conversation): string {
  const ends = first.join(" ");
  if (protocol === Protocol.UDP) return `UDP ${ends}`;
  if (protocol === Protocol.SCTP) return opening === undefined ? `SCTP_NOINIT ${ends}` : `SCTP_INIT ${opening}`;
  if (opening !== undefined) return `TCP_SYN ${opening}`;
  return answer === undefined ? `TCP_NOSYN ${ends}` : `TCP_SYNACK ${answer}`;
}
