import { type RemoteInfo, type Socket } from "node:dgram";
import { decode, encode } from "dns-packet";
import { type ServerEntry, plain, readRequestLine } from "../load.ts";

/** Answers datagrams on a socket: DNS questions with an address, others with one of another length. */
export class UdpAnswers {
  readonly #socket: Socket;
  readonly #isDns: boolean;
  readonly #log: (entry: ServerEntry) => void;
  readonly #known = new Map<string, ServerEntry>();

  constructor(socket: Socket, isDns: boolean, log: (entry: ServerEntry) => void) {
    this.#socket = socket;
    this.#isDns = isDns;
    this.#log = log;
  }

  listen(): void {
    this.#socket.on("message", (message, sender) => this.#answer(message, sender));
  }

  #answer(message: Buffer, sender: RemoteInfo): void {
    const id = this.#isDns ? idOf(message) : readRequestLine(message.toString("latin1")).id;
    const entry = this.#entry(id, sender);
    const answer = this.#isDns ? answerTo(message) : Buffer.alloc(11 + ((message.length * 3) % 400), ".");
    entry.received += message.length;
    entry.sent += answer.length;
    this.#socket.send(answer, sender.port, sender.address);
  }

  #entry(id: string, { address, port }: RemoteInfo): ServerEntry {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const own = this.#socket.address();
    const entry = { id, local: plain(own.address, own.port), peer: plain(address, port), received: 0, sent: 0 };
    this.#known.set(id, entry);
    this.#log(entry);
    return entry;
  }
}

/** `udp-dns-7.lab.example` is connection 7 of `udp-dns`. */
function idOf(message: Buffer): string {
  return decode(message).questions![0]!.name.replace(/-(\d+)\.lab\.example$/u, "#$1");
}

/** An address that differs with the question's number. */
function answerTo(message: Buffer): Buffer {
  const { id = 0, questions = [] } = decode(message);
  const data = `198.18.${id >> 8}.${id & 255}`;
  const answers = [{ type: "A" as const, class: "IN" as const, name: questions[0]!.name, ttl: 30, data }];
  return encode({ type: "response", id, flags: 0x180, questions, answers });
}
