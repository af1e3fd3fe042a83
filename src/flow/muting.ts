import { FILTER_ROOM, roomOf } from "../capture/conversation-filter.ts";
import type { HeavyConversation } from "./heavy-conversations.ts";
import { type TrackedConnection, UNSEEN } from "./tracked.ts";

/** Which UDP conversations are heavy enough that the kernel is asked to keep them to itself for a while. */
export interface MutingSettings {
  readonly minPacketsPerSecond: number;
  /** How long at first; each time again twice as long, up to the longest. */
  readonly muteUs: number;
  readonly maxMuteUs: number;
  /** Filters are exchanged no more often than this. */
  readonly changeUs: number;
  /** For views of muted conversations, see conversation-filter.ts. */
  readonly room: number;
}

const SECOND_US = 1_000_000;

export const defaultMutingSettings: MutingSettings = {
  minPacketsPerSecond: 500,
  muteUs: 60 * SECOND_US,
  maxMuteUs: 480 * SECOND_US,
  changeUs: 10 * SECOND_US,
  room: FILTER_ROOM,
};

/** What was counted of a conversation when it was last looked at, and how long it is to be muted. */
interface Look {
  readonly atUs: number;
  readonly toServer: number;
  readonly toClient: number;
  readonly muteUs: number;
}

interface Muted {
  readonly sinceUs: number;
  readonly untilUs: number;
  readonly muteUs: number;
  /** Octets a microsecond each way, as they were before. */
  readonly rateToServer: number;
  readonly rateToClient: number;
}

/**
 * In: what is heavy, every few seconds. Out: which conversations to mute from now on. One is muted when it was heavy twice
 * in a row; when its time is up it is heard again, so that its end is noticed, and then muted for longer.
 */
export class Muting {
  readonly #settings: MutingSettings;
  readonly #muted = new Map<TrackedConnection, Muted>();
  #looks = new Map<TrackedConnection, Look>();
  #decidedUs: number | undefined;

  constructor(settings: MutingSettings) {
    this.#settings = settings;
  }

  /** Conversations muted now. */
  get size(): number {
    return this.#muted.size;
  }

  isDue(nowUs: number): boolean {
    this.#decidedUs ??= nowUs;
    return nowUs - this.#decidedUs >= this.#settings.changeUs;
  }

  /** All that are to be muted from now on; undefined where nothing changes. `heavy` is since the last decision. */
  decide(nowUs: number, heavy: readonly HeavyConversation[]): readonly TrackedConnection[] | undefined {
    const elapsedUs = nowUs - (this.#decidedUs ?? nowUs);
    this.#decidedUs = nowUs;
    const looks = new Map<TrackedConnection, Look>();
    const isChanged = this.#unmute(nowUs, looks);
    const minPackets = (this.#settings.minPacketsPerSecond * elapsedUs) / SECOND_US;
    let isMore = false;
    for (const { view, packets } of heavy) {
      const { connection } = view;
      if (packets < minPackets || looks.has(connection) || !isMutable(connection)) continue;
      const before = this.#looks.get(connection);
      if (before !== undefined && this.#hasRoom(connection)) {
        this.#mute(connection, before, nowUs);
        isMore = true;
      } else {
        connection.isKept = true; // until it is looked at again, and while it is muted
        looks.set(connection, lookAt(connection, nowUs, this.#settings.muteUs));
      }
    }
    this.#looks = looks;
    return isChanged || isMore ? [...this.#muted.keys()] : undefined;
  }

  #hasRoom(connection: TrackedConnection): boolean {
    let room = roomOfAll(connection);
    for (const muted of this.#muted.keys()) room += roomOfAll(muted);
    return room <= this.#settings.room;
  }

  #mute(connection: TrackedConnection, before: Look, nowUs: number): void {
    const elapsedUs = nowUs - before.atUs;
    const untilUs = nowUs + before.muteUs;
    this.#muted.set(connection, {
      sinceUs: nowUs,
      untilUs,
      muteUs: before.muteUs,
      rateToServer: (connection.client.octets - before.toServer) / elapsedUs,
      rateToClient: (connection.server.octets - before.toClient) / elapsedUs,
    });
    connection.mutedUntilUs = untilUs;
    if (connection.estimatedSinceUs === UNSEEN) connection.estimatedSinceUs = nowUs;
  }

  /** Those whose time is up are looked at anew. */
  #unmute(nowUs: number, looks: Map<TrackedConnection, Look>): boolean {
    const sizeBefore = this.#muted.size;
    for (const [connection, muted] of this.#muted) {
      if (connection.phase !== "gone" && nowUs < muted.untilUs) continue;
      this.#muted.delete(connection);
      const silentUs = nowUs - muted.sinceUs;
      connection.mutedUntilUs = nowUs;
      connection.unheardToServer = Math.round(muted.rateToServer * silentUs);
      connection.unheardToClient = Math.round(muted.rateToClient * silentUs);
      looks.set(connection, lookAt(connection, nowUs, Math.min(muted.muteUs * 2, this.#settings.maxMuteUs)));
    }
    return this.#muted.size < sizeBefore;
  }
}

function roomOfAll({ views }: TrackedConnection): number {
  return views.reduce((room, view) => room + roomOf(view), 0);
}

function lookAt(
  { client, server, unheardToServer, unheardToClient }: TrackedConnection,
  atUs: number,
  muteUs: number,
): Look {
  // What was not heard is added when the conversation is heard again, and is no part of what comes then.
  return { atUs, toServer: client.octets + unheardToServer, toClient: server.octets + unheardToClient, muteUs };
}

/** Known already, and no DNS, whose every answer is read. */
function isMutable({ protocol, phase, isAlive, views }: TrackedConnection): boolean {
  if (protocol !== "UDP" || !(phase === "open" || isAlive)) return false;
  return views.every(({ ends }) => ends[8] !== DNS_PORT && ends[9] !== DNS_PORT);
}

const DNS_PORT = 53;
