import { EdgeRecord } from "../../src/profile/edge-record.ts";
import { judgeLearned } from "../../src/profile/learned.ts";
import type { Learned } from "../../src/profile/profile.ts";
import { connection } from "../cluster/builders.ts";

/** When connections of which edge came, and how likely each edge is to come next. */
export interface SyntheticWorkload {
  /** Sums to 1. */
  readonly chances: readonly number[];
  readonly watchedMs: number;
  /** In the order of their times. */
  readonly connections: readonly SyntheticConnection[];
}

export interface SyntheticConnection {
  readonly edge: number;
  readonly atMs: number;
}

export interface Outcome extends Learned {
  /** The true chance that the next one is of an edge that was not seen. */
  readonly missing: number;
}

/** From 0 up to 1. */
export type Random = () => number;

const DAY_MS = 86_400_000;
const STEADY_EDGES = 30;
const STEADY_CONNECTIONS = 9_000;
const JOBS = 5;
const JOB_CONNECTIONS = 5;
const WITNESS = { pod: "web-0", node: "n0", resolution: "address" as const, names: [], claimedNames: [] };

/** Each connection is drawn by itself, by Zipf's law, at a time of its own. */
export function independent(random: Random): SyntheticWorkload {
  const chances = zipf(2 + Math.floor(random() * 200), 0.5 + random() * 1.5);
  const watchedMs = (0.1 + random() * 14) * DAY_MS;
  const draws = 20 + Math.floor(random() * 1_500);
  const connections = Array.from({ length: draws }, () => ({
    edge: pick(chances, random),
    atMs: random() * watchedMs,
  }));
  return { chances, watchedMs, connections: connections.sort(byTime) };
}

/** Each burst is drawn so, and brings up to 50 connections within half a minute. */
export function bursty(random: Random): SyntheticWorkload {
  const { chances, watchedMs, connections: bursts } = independent(random);
  const some = bursts.slice(0, 20 + Math.floor(random() * 100));
  const connections = some.flatMap(({ edge, atMs }) =>
    Array.from({ length: 1 + Math.floor(random() * 50) }, () => ({ edge, atMs: atMs + random() * 30_000 })),
  );
  return { chances, watchedMs, connections: connections.sort(byTime) };
}

/** Edges that come all the time, as often as it takes to know them well, and five jobs that come once a period. */
export function periodic(periodDays: number, watchedDays: number, random: Random): SyntheticWorkload {
  const watchedMs = watchedDays * DAY_MS;
  const periodMs = periodDays * DAY_MS;
  const everyMs = (watchedMs * STEADY_EDGES) / STEADY_CONNECTIONS;
  const steady = Array.from({ length: STEADY_CONNECTIONS }, (_, turn) => ({
    edge: turn % STEADY_EDGES,
    atMs: Math.floor(turn / STEADY_EDGES) * everyMs,
  }));
  const jobs = Array.from({ length: JOBS }, (_, at) =>
    job(STEADY_EDGES + at, random() * periodMs, { periodMs, watchedMs }),
  );
  const counts = Array.from({ length: STEADY_EDGES + JOBS }, (_, edge) =>
    edge < STEADY_EDGES ? periodMs / everyMs : JOB_CONNECTIONS,
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  const connections = [...steady, ...jobs.flat()].sort(byTime);
  return { chances: counts.map((count) => count / total), watchedMs, connections };
}

function job(
  edge: number,
  startMs: number,
  { periodMs, watchedMs }: { periodMs: number; watchedMs: number },
): SyntheticWorkload["connections"] {
  const runs = Array.from({ length: Math.ceil(watchedMs / periodMs) }, (_, run) => startMs + run * periodMs);
  return runs
    .filter((atMs) => atMs < watchedMs)
    .flatMap((atMs) => Array.from({ length: JOB_CONNECTIONS }, (_, turn) => ({ edge, atMs: atMs + turn * 1_000 })));
}

/** Which connections nobody sees. */
export type Loss = (workload: SyntheticWorkload, random: Random) => (connection: SyntheticConnection) => boolean;

/** Whichever, as where a share of all is followed. */
export const anyConnection: Loss = (_, random) => {
  const share = random() * 0.5;
  return () => random() < share;
};

/** All of some edges, as on a node without word: none of those is ever seen. */
export const wholeEdges: Loss = ({ chances }, random) => {
  const share = random() * 0.5;
  const hidden = new Set(chances.keys().filter(() => random() < share));
  return ({ edge }) => hidden.has(edge);
};

/** All of a stretch of time, as where nobody watched. */
export const stretchOfTime: Loss = ({ watchedMs }, random) => {
  const lengthMs = random() * 0.5 * watchedMs;
  const fromMs = random() * (watchedMs - lengthMs);
  return ({ atMs }) => atMs >= fromMs && atMs < fromMs + lengthMs;
};

/** A workload of which nobody sees all: what weir says where it is told which share was lost. */
export function watchInPart(workload: SyntheticWorkload, loss: Loss, random: Random): Outcome {
  const isLost = loss(workload, random);
  const connections = workload.connections.filter((one) => !isLost(one));
  const lost = 1 - connections.length / workload.connections.length;
  return watch({ ...workload, connections }, lost);
}

/** What weir says of it, learned by its own records, beside the truth. */
export function watch({ chances, watchedMs, connections }: SyntheticWorkload, lost = 0): Outcome {
  const records = new Map<number, EdgeRecord>();
  const template = connection("10.0.0.1:40000", "10.0.0.2:80");
  for (const { edge, atMs } of connections) {
    const record = records.get(edge) ?? newRecord(edge);
    records.set(edge, record);
    const startUs = Math.round(atMs * 1000);
    record.count({ ...template, startUs, endUs: startUs }, WITNESS);
  }
  const learned = judgeLearned(
    [...records.values()].map((record) => record.toEdge()),
    watchedMs,
    lost,
  );
  return { ...learned, missing: chances.reduce((sum, chance, edge) => sum + (records.has(edge) ? 0 : chance), 0) };
}

function newRecord(port: number): EdgeRecord {
  return new EdgeRecord({ direction: "egress", peer: { type: "external", ip: "203.0.113.1" }, protocol: "TCP", port });
}

function zipf(count: number, exponent: number): readonly number[] {
  const weights = Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function pick(chances: readonly number[], random: Random): number {
  let rest = random();
  const at = chances.findIndex((chance) => (rest -= chance) < 0);
  return at === -1 ? chances.length - 1 : at;
}

function byTime(a: { readonly atMs: number }, b: { readonly atMs: number }): number {
  return a.atMs - b.atMs;
}
