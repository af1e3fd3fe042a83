import { createHash } from "node:crypto";
import { ApiFault } from "../../cluster/api/api-fault.ts";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import { listKind, type RawObject } from "../../cluster/api/read-api.ts";
import type { ObjectPlace, Write } from "../../cluster/api/write-objects.ts";
import type { ClusterState } from "../../cluster/cluster-state.ts";
import { at, elements, type Field, FieldFault, isAbsent, requiredText, rootField } from "../../cluster/object/field.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import { NETWORK_PROFILE } from "./part-kind.ts";
import { GONE_WORKLOAD_MS } from "./part-publisher.ts";
import { readTimeMs, readWorkload } from "./read-part.ts";

const DAY_MS = 86_400_000;
/** What a lost node had seen is wanted on: workloads outlive nodes, and what comes once a month must have come. */
export const LOST_NODE_MS = 35 * DAY_MS;
/** Where nodes come and go by the hour: of one workload the newest so many parts of lost nodes are kept. */
export const MAX_LOST_PARTS = 64;
/** Deletions that wait; more are found the next day. */
const MAX_WAITING = 10_000;

export interface PartSweeperOptions {
  readonly node: string;
  readonly cluster: ClusterState;
  readonly nowMs: () => number;
}

interface Candidate {
  readonly namespace: string;
  readonly name: string;
  readonly workload: WorkloadRef;
  readonly writtenMs: number;
}

/**
 * Deletes what nobody will write again. Once a day one agent looks through all parts: whose turn it is follows from
 * the day and the nodes' names (rendezvous hashing), so that all agree without a word, and were two to do it, what is
 * deleted twice is deleted.
 */
export class PartSweeper {
  readonly #options: PartSweeperOptions;
  readonly #waiting: Pick<Candidate, "namespace" | "name">[] = [];
  /** Newest first, those of lost nodes, by workload; while the parts are looked through. */
  #lost = new Map<string, Candidate[]>();
  #nodes: ReadonlySet<string> = new Set();
  #sweptDay: number | undefined;

  constructor(options: PartSweeperOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether it is this agent's turn, today, and not done yet. */
  get isTurn(): boolean {
    const { node, cluster, nowMs } = this.#options;
    const day = Math.floor(nowMs() / DAY_MS);
    return day !== this.#sweptDay && chosenNode(cluster.nodeNames(), day) === node;
  }

  /** Lists all parts and rulings and finds those to delete; in the next round again where that fails. */
  async sweep(connection: ApiConnection, signal: AbortSignal): Promise<void> {
    this.begin();
    try {
      await listKind(connection, NETWORK_PROFILE, (page) => page.forEach((object) => this.look(object)), signal);
      this.end();
    } catch (error) {
      if (!(error instanceof ApiFault) && !signal.aborted) throw error;
    }
  }

  begin(): void {
    this.#lost = new Map();
    this.#nodes = new Set(this.#options.cluster.nodeNames());
  }

  /** One object of those that there are. */
  look(object: RawObject): void {
    const head = readHead(object);
    if (head === undefined) return;
    const { candidate, node, isRuling } = head;
    if (this.#options.cluster.workload(candidate.workload) === undefined) this.#expire(candidate, GONE_WORKLOAD_MS);
    else if (!isRuling && !this.#nodes.has(node)) this.#keepNewest(candidate);
  }

  /** A part that this node's agent wrote when it had another store: nobody writes it again either. */
  lookAtFormer(object: RawObject): void {
    const head = readHead(object);
    if (head !== undefined) this.#keepNewest(head.candidate);
  }

  /** What this agent published itself, and will not again. */
  discard({ namespace, name }: ObjectPlace): void {
    this.#waiting.push({ namespace, name });
  }

  /** All have been looked at. */
  end(): void {
    this.#lost = new Map();
    this.#sweptDay = Math.floor(this.#options.nowMs() / DAY_MS);
  }

  next(): Write | undefined {
    const candidate = this.#waiting[0];
    if (candidate === undefined) return undefined;
    const { namespace, name } = candidate;
    const done = (): void => void this.#waiting.shift();
    return { place: { kind: NETWORK_PROFILE, namespace, name }, object: undefined, onDone: done, onRefused: done };
  }

  #expire(candidate: Candidate, afterMs: number): boolean {
    const isOver = this.#options.nowMs() - candidate.writtenMs > afterMs;
    if (isOver && this.#waiting.length < MAX_WAITING) this.#waiting.push(candidate);
    return isOver;
  }

  #keepNewest(candidate: Candidate): void {
    if (this.#expire(candidate, LOST_NODE_MS)) return;
    const key = workloadKey(candidate.workload);
    const kept = [...(this.#lost.get(key) ?? []), candidate].sort((a, b) => b.writtenMs - a.writtenMs);
    for (const old of kept.splice(MAX_LOST_PARTS)) this.#expire(old, -Infinity);
    this.#lost.set(key, kept);
  }
}

/** The node whose hash with the day is the least. */
export function chosenNode(nodes: readonly string[], day: number): string | undefined {
  let chosen: string | undefined;
  let least = "";
  for (const node of nodes) {
    const hash = createHash("sha256").update(`${day} ${node}`).digest("hex");
    if (chosen !== undefined && hash >= least) continue;
    chosen = node;
    least = hash;
  }
  return chosen;
}

interface Head {
  readonly candidate: Candidate;
  readonly node: string;
  readonly isRuling: boolean;
}

/** What can't be read is of a later version, and none of ours to delete. */
function readHead(object: RawObject): Head | undefined {
  try {
    const root = rootField(object);
    const workload = readWorkload(root);
    const written = at(root, "spec", "written");
    const isRuling = written.value === undefined;
    const writtenMs = isRuling ? lastRuledMs(root) : readTimeMs(written);
    const name = requiredText(at(root, "metadata", "name"));
    const candidate = { namespace: workload.namespace, name, workload, writtenMs };
    return { candidate, node: requiredText(at(root, "spec", "node")), isRuling };
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    return undefined;
  }
}

/** It was written when it was made, and whenever something more was forgotten or decided. */
function lastRuledMs(root: Field): number {
  const decided = at(root, "spec", "decided");
  const times = [
    at(root, "metadata", "creationTimestamp"),
    ...elements(at(root, "spec", "forgotten")).map((entry) => at(entry, "at")),
    ...(isAbsent(decided) ? [] : [decided]),
  ];
  return Math.max(...times.map(readTimeMs));
}
