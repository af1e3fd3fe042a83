import type { ByteCount, Connection, Endpoint, View } from "../../src/flow/connection.ts";
import type { TrueBytes, Truth } from "./truth.ts";

/** What one place of capture has to say of a connection. */
export interface Expected {
  readonly truth: Truth;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The other views that it must show ... */
  readonly nat: readonly View[];
  /** ... and those that it may. */
  readonly perhaps: readonly View[];
}

/** What of a connection passes where capture listens. */
export type Sight = "both sides of NAT" | "the server's side" | "the server's side, perhaps the client's" | "nothing";

export interface Verdict {
  readonly expected: number;
  readonly records: number;
  readonly missing: readonly Expected[];
  readonly extra: readonly Connection[];
  readonly wrong: readonly {
    readonly expected: Expected;
    readonly record: Connection;
    readonly because: readonly string[];
  }[];
}

/** Sequence numbers cannot have wrapped before this: 2^32 octets at 100 Gbit/s. */
const noWrapUs = (2 ** 32 / (100e9 / 8)) * 1e6;

/** The record that a connection must have where capture has this sight of it; undefined where it must have none. */
export function expect(truth: Truth, sight: Sight): Expected | undefined {
  const { asClient, asServer } = truth;
  if (sight === "nothing") return undefined;
  if (sight === "the server's side") return { truth, ...asServer, nat: [], perhaps: [] };
  const straight: View = { client: asClient.client, server: asServer.server };
  const others = [asClient, asServer].filter((view) => !isSameView(view, straight));
  return sight === "both sides of NAT"
    ? { truth, ...straight, nat: others, perhaps: [] }
    : { truth, ...straight, nat: [], perhaps: others };
}

/**
 * Holds records against what must be there: pure, and order does not matter. A record belongs to the expectation
 * of the same protocol, client and server; where several have the same, in order of their start. A record too
 * many is extra, though it be a second one of a true connection.
 */
export function judge(expected: readonly Expected[], records: readonly Connection[]): Verdict {
  const unclaimed = groupRecords(records);
  const missing: Expected[] = [];
  const wrong: Verdict["wrong"][number][] = [];
  for (const one of expected) {
    const record = unclaimed.get(key(one.truth.protocol, one.client, one.server))?.shift();
    if (record === undefined) {
      missing.push(one);
      continue;
    }
    const because = differences(one, record);
    if (because.length > 0) wrong.push({ expected: one, record, because });
  }
  return {
    expected: expected.length,
    records: records.length,
    missing,
    extra: [...unclaimed.values()].flat(),
    wrong,
  };
}

/** Whether every connection has its record, and nothing else has one. */
export function isRight({ missing, extra, wrong }: Verdict): boolean {
  return missing.length === 0 && extra.length === 0 && wrong.length === 0;
}

/** Of the records, how many are right: 1 where there are none to be wrong. */
export function precision({ records, extra, wrong }: Verdict): number {
  return records === 0 ? 1 : (records - extra.length - wrong.length) / records;
}

/** Of the true connections, how many have their right record. */
export function recall({ expected, missing, wrong }: Verdict): number {
  return expected === 0 ? 1 : (expected - missing.length - wrong.length) / expected;
}

function groupRecords(records: readonly Connection[]): Map<string, Connection[]> {
  const groups = new Map<string, Connection[]>();
  for (const record of [...records].sort((a, b) => a.startUs - b.startUs)) {
    const its = key(record.protocol, record.client, record.server);
    const group = groups.get(its);
    if (group === undefined) groups.set(its, [record]);
    else group.push(record);
  }
  return groups;
}

function differences({ truth, nat, perhaps }: Expected, record: Connection): readonly string[] {
  const because: string[] = [];
  if (record.outcome !== truth.outcome) because.push(`outcome ${record.outcome}, not ${truth.outcome}`);
  if (record.direction !== undefined) because.push("its direction is said to be unknown");
  const certain = record.nat.filter((view) => !perhaps.some((other) => isSameView(view, other)));
  if (viewsText(certain) !== viewsText(nat)) because.push(`nat ${viewsText(record.nat)}, not ${viewsText(nat)}`);
  return [...because, ...byteDifferences(truth, record)];
}

function byteDifferences({ bytes: told, protocol }: Truth, record: Connection): readonly string[] {
  const { bytes } = record;
  if (told === null || told.told === "unknown") return bytes === null ? [] : [`bytes ${bytesText(bytes)}, not unknown`];
  if (bytes === null) return [`bytes unknown, not ${told.toServer} and ${told.toClient}`];
  const isShort = protocol === "UDP" || record.endUs - record.startUs < noWrapUs;
  return told.told === "whole" ? wholeDifferences(bytes, told, isShort) : leastDifferences(bytes, told);
}

function wholeDifferences(bytes: ByteCount, told: TrueBytes, isShort: boolean): readonly string[] {
  if (bytes.toServer !== told.toServer || bytes.toClient !== told.toClient) {
    return [`bytes ${bytesText(bytes)}, not ${told.toServer} and ${told.toClient}`];
  }
  return isShort && !bytes.exact ? ["bytes are not called exact"] : [];
}

function leastDifferences(bytes: ByteCount, told: TrueBytes): readonly string[] {
  if (bytes.exact) return [`bytes ${bytesText(bytes)} are called exact though it did not close in order`];
  const isMore = bytes.toServer > told.toServer || bytes.toClient > told.toClient;
  return isMore ? [`bytes ${bytesText(bytes)}, more than ${told.toServer} and ${told.toClient}`] : [];
}

function isSameView(a: View, b: View): boolean {
  return viewsText([a]) === viewsText([b]);
}

function key(protocol: string, client: Endpoint, server: Endpoint): string {
  return `${protocol} ${viewsText([{ client, server }])}`;
}

/** In order of text: in which order the views were seen is not what is judged. */
export function viewsText(views: readonly View[]): string {
  return views
    .map(({ client, server }) => `${client.ip}:${client.port}>${server.ip}:${server.port}`)
    .sort()
    .join(" ");
}

function bytesText({ toServer, toClient }: ByteCount): string {
  return `${toServer} and ${toClient}`;
}
