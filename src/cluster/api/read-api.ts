import type { IncomingMessage } from "node:http";
import { usedFields } from "../object/used-fields.ts";
import { ApiFault } from "./api-fault.ts";
import { type ApiKind, pathOf } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { ListItems } from "./list-items.ts";

/** As the API sends it, in a watch with everything in it: cut down before it is kept. */
export type RawObject = Readonly<Record<string, unknown>>;

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: RawObject;
}

/** kubectl's page. */
const PAGE = 500;
const LIST_IDLE_MS = 60_000;
/** Servers end watches after 30 to 60 minutes; sooner, and not all at once, spreads what they cost. */
const WATCH_SECONDS = { least: 240, most: 480 } as const;
/** Bookmarks are not promised: only the end is. */
const WATCH_IDLE_MS = (WATCH_SECONDS.most + 30) * 1000;

/** Tells every object of a kind, cut down to the fields that are read, some at a time; gives the resource version from which to watch. */
export async function listKind(
  connection: ApiConnection,
  kind: ApiKind,
  onObjects: (objects: readonly RawObject[]) => void,
  signal: AbortSignal,
): Promise<string> {
  for (let from: string | undefined = ""; ;) {
    const query = new URLSearchParams({
      limit: String(PAGE),
      ...(from !== "" && { continue: from }),
      ...selectorOf(kind),
    });
    const response = await connection.open(`${pathOf(kind)}?${query.toString()}`, LIST_IDLE_MS, signal);
    const { metadata } = await readPage(response, kind, onObjects);
    from = metadata?.continue;
    if (from === undefined || from === "") return metadata?.resourceVersion ?? "";
  }
}

function selectorOf({ labelSelector, fieldSelector }: ApiKind): Readonly<Record<string, string>> {
  return {
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  };
}

interface ListHead {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** Objects are told as they come, those of one chunk together; the last may be known as whole only at the end. */
async function readPage(
  response: IncomingMessage,
  { kind, fields = usedFields(kind) }: ApiKind,
  onObjects: (objects: readonly RawObject[]) => void,
): Promise<ListHead> {
  let objects: RawObject[] = [];
  const items = new ListItems(fields, (json) => objects.push(parseJson(json) as RawObject));
  try {
    for await (const chunk of response) {
      items.push(chunk as Buffer);
      onObjects(objects);
      objects = [];
    }
  } catch (error) {
    if (error instanceof ApiFault || !isBroken(error)) throw error;
    throw new ApiFault(`a list broke off: ${String(error)}`, undefined, error);
  }
  const head = parseJson(items.end() ?? "") as ListHead | null;
  onObjects(objects);
  if (typeof head !== "object" || head === null) throw new ApiFault("what should be a list is none");
  return head;
}

/** The stream's own fault, and not one of whoever takes the objects. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

export interface WatchOptions {
  readonly resourceVersion: string;
  /** Who sends bookmarks sends them again: after so long without a word the connection is dead, though nobody closed it. */
  readonly silentMs: number;
  /** The server has agreed. */
  readonly onOpen: () => void;
}

/**
 * Changes since a resource version, until the server ends the watch in its own time; throws ApiFault when it
 * ends otherwise.
 */
export async function* watchKind(
  connection: ApiConnection,
  kind: ApiKind,
  { resourceVersion, silentMs, onOpen }: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const seconds = WATCH_SECONDS.least + Math.random() * (WATCH_SECONDS.most - WATCH_SECONDS.least);
  const query = new URLSearchParams({
    watch: "1",
    allowWatchBookmarks: "true",
    resourceVersion,
    timeoutSeconds: String(Math.round(seconds)),
    ...selectorOf(kind),
  });
  const response = await connection.open(`${pathOf(kind)}?${query.toString()}`, WATCH_IDLE_MS, signal);
  onOpen();
  for await (const line of linesOf(response)) {
    const event = toEvent(line);
    if (event.type === "BOOKMARK") response.setTimeout(silentMs);
    yield event;
  }
}

/** A watch's lines are as long as its objects, up to some MiB; whole ones only, so what breaks off is not read. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const piece of response.setEncoding("utf8")) {
      const lines = (rest + (piece as string)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines.filter((line) => line !== "");
    }
  } catch (error) {
    throw new ApiFault(`a watch broke off: ${String(error)}`, undefined, error);
  }
}

function toEvent(line: string): WatchEvent {
  const { type, object } = parseJson(line) as {
    readonly type: WatchEvent["type"] | "ERROR";
    readonly object: RawObject;
  };
  if (type !== "ERROR") return { type, object };
  const { code, message } = object as { readonly code?: number; readonly message?: string };
  throw new ApiFault(`${code ?? ""}: ${message ?? "the watch failed"}`, code);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new ApiFault("an answer is not JSON", undefined, error);
  }
}
