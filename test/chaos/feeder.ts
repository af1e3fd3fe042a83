import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { writeEvent } from "../../src/flow/event-line.ts";
import { JsonOctets } from "../../src/flow/json-octets.ts";
import { captureStatus } from "./capture-status.ts";
import type { Told, ToldConnections } from "./told-connections.ts";

const TICK_MS = 20;
/** A thousand connections a second, of which a hundred are edges never seen. */
const KNOWN_EACH_TICK = 18;
const NEW_EACH_TICK = 2;
/** When the agent is so far behind, it is told nothing more for a while. */
const MAX_WAITING_OCTETS = 1 << 20;

/** Plays `weir capture --socket`: tells connections to the agent that has come, without end. */
export class Feeder {
  readonly #connections: ToldConnections;
  readonly #onTold: (told: Told) => void;
  readonly #json = new JsonOctets(64 * 1024);
  readonly #server: Server;
  #socket: Socket | undefined;
  #packets = 0;
  #startedUs = 0;
  #lastStatusMs = 0;
  /** Connections told to the agent that came last, in their order. */
  told: Told[] = [];
  isPaused = false;

  private constructor(connections: ToldConnections, onTold: (told: Told) => void) {
    this.#connections = connections;
    this.#onTold = onTold;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async listen(path: string, connections: ToldConnections, onTold: (told: Told) => void): Promise<Feeder> {
    const feeder = new Feeder(connections, onTold);
    feeder.#server.listen(path);
    await once(feeder.#server, "listening");
    return feeder;
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#socket?.destroy();
    this.#socket = socket;
    this.told = [];
    this.#packets = 0;
    this.#lastStatusMs = 0;
    this.#startedUs = Date.now() * 1000;
    socket.on("error", () => socket.destroy()); // the agent was killed
    const ticking = setInterval(() => this.#tick(socket), TICK_MS);
    socket.once("close", () => clearInterval(ticking));
    this.#tick(socket);
  }

  #tick(socket: Socket): void {
    if (Date.now() - this.#lastStatusMs >= 1_000) this.#tellStatus();
    if (!this.isPaused && socket.writableLength < MAX_WAITING_OCTETS) {
      for (let n = 0; n < KNOWN_EACH_TICK; n++) this.#tell(this.#connections.next(false));
      for (let n = 0; n < NEW_EACH_TICK; n++) this.#tell(this.#connections.next(true));
    }
    socket.write(Buffer.from(this.#json.octets.subarray(0, this.#json.end)));
    this.#json.end = 0;
  }

  #tell(told: Told): void {
    this.#packets += 1;
    this.told.push(told);
    this.#onTold(told);
    writeEvent(told.event, this.#json);
  }

  #tellStatus(): void {
    this.#lastStatusMs = Date.now();
    const now = { packets: this.#packets, startedUs: this.#startedUs, timeUs: this.#lastStatusMs * 1000 };
    writeEvent(captureStatus(now), this.#json);
  }
}
