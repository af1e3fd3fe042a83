import { setTimeout as sleep } from "node:timers/promises";
import { ApiFault } from "./api-fault.ts";
import { type ApiKind, pathOf } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";

/** One object's place in the API. */
export interface ObjectPlace {
  readonly kind: ApiKind;
  readonly namespace: string;
  readonly name: string;
}

/** A request that waits for its turn. */
export interface Write {
  readonly place: ObjectPlace;
  /** The whole object as its writer wants it; undefined to delete it. */
  readonly object: object | undefined;
  /** The server has taken it. */
  readonly onDone: () => void;
  /** The server refuses it: its content, or that it is written there (a namespace that ends, a right that is missing). */
  readonly onRefused: (reason: string) => void;
}

export interface WritePaces {
  /** How often it is looked for something to write. */
  readonly lookMs: number;
  /** At least between two requests. */
  readonly gapMs: number;
  /** After a failure: doubled from the first to the most, and a little by chance. */
  readonly firstMs: number;
  readonly mostMs: number;
}

export const defaultPaces: WritePaces = { lookMs: 1_000, gapMs: 250, firstMs: 1_000, mostMs: 300_000 };

export interface WriteObjectsOptions {
  readonly connection: ApiConnection;
  /** Who owns the fields: "Server-Side Apply", Managers. */
  readonly manager: string;
  /** What is to be written now, made when its turn has come; undefined where there is nothing. */
  readonly next: () => Write | undefined;
  /** After each request: why nothing can be written, undefined while something can. */
  readonly onFault: (fault: string | undefined) => void;
  readonly paces?: WritePaces;
}

const IDLE_MS = 30_000;
/** One refusal is that object's own affair; after so many failures in a row it is said. */
const FAILURES_TO_SAY = 2;
/** The next object may be fine, or all of them refused: its turn passes, and the pauses grow. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 404, 409, 413, 422]);

/**
 * Writes one object after the other, never two at once, until `signal` aborts. Nothing is queued here: what waits is
 * asked for when there is a turn, so that an object that changed ten times meanwhile is sent once.
 */
export async function writeObjects(options: WriteObjectsOptions, signal: AbortSignal): Promise<void> {
  const { next, onFault, paces = defaultPaces } = options;
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => undefined);
  let failures = 0;
  while (!signal.aborted) {
    const write = next();
    if (write === undefined) {
      await pause(paces.lookMs);
      continue;
    }
    const fault = await send(write, options, signal);
    if (signal.aborted) return;
    failures = fault === undefined ? 0 : failures + 1;
    onFault(failures >= FAILURES_TO_SAY ? fault?.message : undefined);
    await pause(failures === 0 ? paces.gapMs : backOffMs(paces, failures));
  }
}

/** Gives the fault after which to wait; what was not refused is tried again. */
async function send(write: Write, options: WriteObjectsOptions, signal: AbortSignal): Promise<ApiFault | undefined> {
  try {
    await request(write, options, signal);
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
    if (REFUSALS.has(error.status ?? 0) && !signal.aborted) write.onRefused(error.message);
    return error;
  }
  write.onDone();
  return undefined;
}

async function request(
  { place, object }: Write,
  { connection, manager }: WriteObjectsOptions,
  signal: AbortSignal,
): Promise<void> {
  const path = objectPath(place);
  if (object !== undefined) {
    // One manager is one agent: what it says of its own object holds, whoever edited that by hand.
    const query = new URLSearchParams({ fieldManager: manager, force: "true" }).toString();
    const contentType = "application/apply-patch+yaml"; // JSON is YAML
    await connection.send({ method: "PATCH", path: `${path}?${query}`, body: object, contentType }, IDLE_MS, signal);
    return;
  }
  try {
    await connection.send({ method: "DELETE", path }, IDLE_MS, signal);
  } catch (error) {
    if (!(error instanceof ApiFault) || error.status !== 404) throw error; // another was quicker
  }
}

function objectPath({ kind, namespace, name }: ObjectPlace): string {
  const root = pathOf(kind).slice(0, -kind.resource.length);
  return `${root}namespaces/${namespace}/${kind.resource}/${name}`;
}

function backOffMs({ firstMs, mostMs }: WritePaces, failures: number): number {
  return Math.min(mostMs, firstMs * 2 ** (Math.min(failures, 16) - 1)) * (0.5 + Math.random());
}
