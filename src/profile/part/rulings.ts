import { LRUCache } from "lru-cache";
import { Value } from "typebox/value";
import type { RawObject } from "../../cluster/api/read-api.ts";
import type { Write } from "../../cluster/api/write-objects.ts";
import { at, FieldFault, isAbsent, requiredText, rootField } from "../../cluster/object/field.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import { type Decisions, DecisionsSchema } from "../decisions.ts";
import { replaces, type Tombstone } from "../forgetting.ts";
import { NETWORK_PROFILE } from "./part-kind.ts";
import { partName } from "./part-name.ts";
import { readForgotten, readTimeMs, readWorkload } from "./read-part.ts";
import { msText, writeObject, writeTombstone } from "./write-part.ts";

/** Workloads of which it is remembered who decided last. */
const MAX_DECIDED = 20_000;
/** After the server refused one. */
const REFUSED_MS = 60_000;

/** What somebody decided of a workload, undefined for nothing any more, and when. */
export interface Decided {
  readonly decisions: Decisions | undefined;
  readonly atMs: number;
  readonly node: string;
}

/** What people had this node's agent forget and decide of one workload. */
interface Own {
  readonly workload: WorkloadRef;
  readonly forgotten: readonly Tombstone[];
  readonly decided: Decided | undefined;
}

export interface RulingsOptions {
  readonly node: string;
  readonly nowMs: () => number;
  /** Somebody had this forgotten; it may be known already. */
  readonly onForgotten: (tombstone: Tombstone) => void;
  /** Nobody has decided later. */
  readonly onDecided: (workload: WorkloadRef, decisions: Decisions | undefined) => void;
}

/**
 * What people say of workloads, to one agent, holds on all. What was forgotten adds up; of decisions the last one
 * holds, by the clock of the agent that took it, or right after the one it replaces where that clock is behind; of two
 * in the same millisecond that of the node which comes later in the alphabet.
 */
export class Rulings {
  readonly #options: RulingsOptions;
  readonly #own = new Map<string, Own>();
  readonly #unwritten = new Set<string>();
  readonly #decided = new LRUCache<string, Decided>({ max: MAX_DECIDED });
  /** What was ruled before this process began must be known, so that it is not overwritten. */
  #isListed = false;
  /** What was forgotten by anybody, until the first list is whole. */
  #heard = new Map<string, readonly Tombstone[]>();
  #notBeforeMs = -Infinity;

  constructor(options: RulingsOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#unwritten.size;
  }

  /** What was decided of it last, were it that nothing is; undefined where nobody ever did. */
  decidedOf(workload: WorkloadRef): Decided | undefined {
    return this.#decided.get(workloadKey(workload));
  }

  /** Whether somebody's ruling says this, or more. */
  isForgotten(tombstone: Tombstone): boolean {
    const known = this.#heard.get(workloadKey(tombstone.workload)) ?? [];
    return known.some((heard) => replaces(heard, tombstone));
  }

  forget(tombstone: Tombstone): void {
    const own = this.#ownOf(tombstone.workload);
    this.#change({ ...own, forgotten: withTombstone(own.forgotten, tombstone) });
  }

  decide(workload: WorkloadRef, decisions: Decisions | undefined, atMs = this.#options.nowMs()): void {
    const { node } = this.#options;
    const last = this.#decided.get(workloadKey(workload))?.atMs ?? -Infinity;
    const decided = { decisions, atMs: Math.max(atMs, last + 1), node };
    this.#decided.set(workloadKey(workload), decided);
    this.#change({ ...this.#ownOf(workload), decided });
  }

  /** Of any node's agent, this one's former life among them. Throws FieldFault. */
  read(object: RawObject): void {
    const root = rootField(object);
    const spec = at(root, "spec");
    const workload = readWorkload(root);
    const node = requiredText(at(spec, "node"));
    const forgotten = readForgotten(at(spec, "forgotten"), workload);
    const decided = readDecided(object, node);
    if (!this.#isListed)
      this.#heard.set(
        workloadKey(workload),
        forgotten.reduce(withTombstone, this.#heard.get(workloadKey(workload)) ?? []),
      );
    if (node === this.#options.node) this.#remember(workload, forgotten, decided);
    for (const tombstone of forgotten) this.#options.onForgotten(tombstone);
    if (decided !== undefined) this.#decidedElsewhere(workload, decided);
  }

  /** Everything that was ruled has been read once. */
  listed(): void {
    this.#isListed = true;
  }

  next(): Write | undefined {
    const [key] = this.#unwritten;
    const own = key === undefined ? undefined : this.#own.get(key);
    if (!this.#isListed || key === undefined || own === undefined) return undefined;
    if (this.#options.nowMs() < this.#notBeforeMs) return undefined;
    const object = this.#write(own);
    const { namespace, name } = object.metadata;
    const onDone = (): void => {
      if (this.#own.get(key) === own) this.#unwritten.delete(key);
    };
    return { place: { kind: NETWORK_PROFILE, namespace, name }, object, onDone, onRefused: () => this.#refused(key) };
  }

  #write({ workload, forgotten, decided }: Own): ReturnType<typeof writeObject> {
    const { node } = this.#options;
    const spec = {
      forgotten: forgotten.map(writeTombstone),
      ...(decided !== undefined && {
        decided: msText(decided.atMs),
        ...(decided.decisions !== undefined && { decisions: decided.decisions }),
      }),
    };
    return writeObject(workload, node, { holds: "rulings", name: partName(workload, node, "rulings"), spec });
  }

  #decidedElsewhere(workload: WorkloadRef, decided: Decided): void {
    const key = workloadKey(workload);
    const known = this.#decided.get(key);
    if (known !== undefined && !isLater(decided, known)) return;
    this.#decided.set(key, decided);
    this.#options.onDecided(workload, decided.decisions);
  }

  /** What this node's agent wrote before is written again with what is new; nothing of it is lost. */
  #remember(workload: WorkloadRef, forgotten: readonly Tombstone[], decided: Decided | undefined): void {
    const own = this.#ownOf(workload);
    const unheard = forgotten.filter((tombstone) => !own.forgotten.some((one) => replaces(one, tombstone)));
    const isDecidedLater = decided !== undefined && (own.decided === undefined || isLater(decided, own.decided));
    if (unheard.length === 0 && !isDecidedLater) return;
    this.#own.set(workloadKey(workload), {
      workload,
      forgotten: unheard.reduce(withTombstone, own.forgotten),
      decided: isDecidedLater ? decided : own.decided,
    });
  }

  #ownOf({ namespace, kind, name }: WorkloadRef): Own {
    const workload = { namespace, kind, name };
    return this.#own.get(workloadKey(workload)) ?? { workload, forgotten: [], decided: undefined };
  }

  #change(own: Own): void {
    const key = workloadKey(own.workload);
    this.#own.set(key, own);
    this.#unwritten.add(key);
  }

  /** The others first, and later; parts are not to wait for it. */
  #refused(key: string): void {
    this.#notBeforeMs = this.#options.nowMs() + REFUSED_MS;
    this.#unwritten.delete(key);
    this.#unwritten.add(key);
  }
}

function withTombstone(all: readonly Tombstone[], tombstone: Tombstone): readonly Tombstone[] {
  return [...all.filter((older) => !replaces(tombstone, older)), tombstone];
}

function isLater(a: Decided, b: Decided): boolean {
  return a.atMs === b.atMs ? a.node > b.node : a.atMs > b.atMs;
}

function readDecided(object: RawObject, node: string): Decided | undefined {
  const spec = at(rootField(object), "spec");
  const decided = at(spec, "decided");
  if (isAbsent(decided)) return undefined;
  const decisions = at(spec, "decisions");
  if (!isAbsent(decisions) && !Value.Check(DecisionsSchema, decisions.value))
    throw new FieldFault(decisions, "expected decisions as this version of weir knows them");
  return { decisions: decisions.value ?? undefined, atMs: readTimeMs(decided), node };
}
