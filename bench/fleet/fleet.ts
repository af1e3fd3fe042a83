import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Connection } from "../../src/flow/connection.ts";
import { ApiServer } from "../../test/api-server/api-server.ts";
import { largeCluster } from "../../test/api-server/large-cluster.ts";
import { nodeName, podAddress, podObject } from "../../test/api-server/large-pod.ts";
import { networkProfileDefinition } from "../../test/daemonset/manifests.ts";
import { SimulatedTraffic } from "../../test/profile/simulated-traffic.ts";
import { durableMs, Member } from "./member.ts";
import { lineOf } from "./node-feed.ts";
import { SpedUp } from "./sped-up.ts";

export interface FleetOptions {
  readonly nodes: number;
  readonly pods: number;
  /** How many times as fast as the machine's the clocks of all agents run. */
  readonly speed: number;
  /** Where all of it lies; a short name. */
  readonly folder: string;
}

const MINUTE_MS = 60_000;
const TICK_MS = 50;
/** Started at a time: more would only wait for each other's turn on a CPU. */
const STARTED_AT_ONCE = 4;
/** API servers tell watches about once a minute how far they are: of whom it was heard then, that is known for sure. */
const BOOKMARK_MS = 60_000;
const LEAST_BOOKMARK_MS = 500;

/**
 * As many `weir agent` processes as there are nodes, each told what a capture on its node would see, and the tests' API
 * server; beside them one agent that is told everything, with an API server of its own, so that what it asks is not counted.
 */
export class Fleet {
  readonly api: ApiServer;
  readonly members: readonly Member[];
  /** It sees everything. */
  readonly observer: Member;
  readonly clock: SpedUp;
  readonly #observersApi: ApiServer;
  readonly #options: FleetOptions;
  readonly #traffic: SimulatedTraffic;
  /** By address of its pods; those that are gone have none. */
  readonly #membersByPod = new Map<string, Member>();
  readonly #bookmarks: NodeJS.Timeout;
  #made = 0;

  private constructor(
    options: FleetOptions,
    parts: Pick<Fleet, "api" | "members" | "observer" | "clock"> & { readonly observersApi: ApiServer },
  ) {
    const { nodes, pods } = options;
    this.#options = options;
    this.api = parts.api;
    this.members = parts.members;
    this.observer = parts.observer;
    this.clock = parts.clock;
    this.#observersApi = parts.observersApi;
    this.#traffic = new SimulatedTraffic(pods);
    for (let pod = 0; pod < pods; pod += 1) this.#membersByPod.set(podAddress(pod), this.members[pod % nodes]!);
    const bookmark = (): void => [this.api, this.#observersApi].forEach((api) => api.bookmark());
    this.#bookmarks = setInterval(bookmark, Math.max(LEAST_BOOKMARK_MS, BOOKMARK_MS / options.speed));
  }

  /** All agents are ready. */
  static async start(options: FleetOptions): Promise<Fleet> {
    const { nodes, folder } = options;
    const clock = new SpedUp(options.speed);
    const [api, observersApi] = await Promise.all([startApi(options), startApi(options)]);
    const kubeconfigs = [api, observersApi].map((server, place) => {
      const path = join(folder, `kubeconfig-${place}`);
      writeFileSync(path, server.kubeconfig());
      return path;
    }) as [string, string];
    const start = (place: number): Promise<Member> =>
      Member.start({ node: nodeName(place), folder: join(folder, `n${place}`), kubeconfig: kubeconfigs[0], clock });
    const places = Array.from({ length: nodes }, (_, place) => place);
    const members: Member[] = [];
    while (places.length > 0) members.push(...(await Promise.all(places.splice(0, STARTED_AT_ONCE).map(start))));
    const own = { node: undefined, folder: join(folder, "all"), kubeconfig: kubeconfigs[1], clock };
    return new Fleet(options, { api, observersApi, members, clock, observer: await Member.start(own) });
  }

  /** Connections made so far. */
  get made(): number {
    return this.#made;
  }

  /** So many minutes of the agents' clocks, in each of which each pod opens `rate` connections. */
  async pass(minutes: number, rate: number): Promise<void> {
    let fromMs = this.clock.nowMs();
    const untilMs = fromMs + minutes * MINUTE_MS;
    while (fromMs < untilMs) {
      await pause(TICK_MS);
      const lengthMs = Math.min(untilMs, this.clock.nowMs()) - fromMs;
      const ofEach = (rate * lengthMs) / MINUTE_MS;
      const span = { fromMs: Math.floor(fromMs), lengthMs };
      for (const connection of this.#traffic.connections(ofEach, span)) this.#tell(connection);
      for (const { feed } of this.#everybody) feed.flush();
      fromMs += lengthMs;
    }
  }

  /** All that was told has been taken, has got its names and is on disk. */
  async settle(): Promise<void> {
    do {
      for (const { feed } of this.#everybody) feed.flush();
      await pause(TICK_MS);
    } while (this.#everybody.some(({ feed }) => feed.isBehind));
    await pause(durableMs(this.clock));
  }

  /** The node's pods end, as when it is drained: they open no more connections, and nobody connects to them. */
  drain(member: Member): void {
    const { pods, nodes } = this.#options;
    for (let pod = this.members.indexOf(member); pod < pods; pod += nodes) {
      this.#membersByPod.delete(podAddress(pod));
      for (const api of [this.api, this.#observersApi]) api.remove(podObject(pod, nodes));
    }
  }

  /** The node is gone, and its agent with it. */
  async remove(member: Member): Promise<void> {
    await member.kill();
    member.feed.hold();
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: member.node } };
    for (const api of [this.api, this.#observersApi]) api.remove(node);
  }

  async stop(): Promise<void> {
    clearInterval(this.#bookmarks);
    await Promise.all(this.#everybody.map((member) => member.end()));
    await Promise.all([this.api.stop(), this.#observersApi.stop()]);
  }

  get #everybody(): readonly Member[] {
    return [...this.members, this.observer];
  }

  /** To the captures that would see it: on the nodes of both its ends, and where everything is seen. */
  #tell(connection: Connection): void {
    const client = this.#membersByPod.get(connection.client.ip);
    const server = this.#membersByPod.get(connection.server.ip);
    const isOutside = !connection.server.ip.startsWith("10.");
    if (client === undefined || (server === undefined && !isOutside)) return;
    const line = lineOf({ kind: "closed", connection });
    client.feed.tell(line);
    if (server !== undefined && server !== client) server.feed.tell(line);
    this.observer.feed.tell(line);
    this.#made += 1;
  }
}

async function startApi({ nodes, pods }: FleetOptions): Promise<ApiServer> {
  const objects = [networkProfileDefinition, ...largeCluster({ nodes, pods, services: pods / 10 })];
  return new ApiServer(objects).start();
}
