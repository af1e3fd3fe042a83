import t from "tap";
import type { Connection } from "../../src/flow/connection.ts";
import type { Edge } from "../../src/profile/edge.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { JAVAAPP_0, JCLIENT, made, shop, workload } from "./shop.ts";

const cluster = shop();
const javaapp = workload("shop", "javaapp");

/** Ends of their own for each. */
function connectionAt(port: number, rest: Partial<Connection> = {}): Connection {
  return made(`${JCLIENT}:${port}`, `${JAVAAPP_0}:8080`, rest);
}

/** What capture says of a connection that is older than itself, with another id. */
function inferredAt(port: number): Connection {
  return connectionAt(port, { outcome: "inferred", inferredFrom: "conntrack" });
}

function open(book: ProfileBook, ...connections: readonly Connection[]): void {
  for (const connection of connections) book.addOpened(cluster.identifyConnection(connection));
}

function close(book: ProfileBook, ...connections: readonly Connection[]): void {
  for (const connection of connections) book.addClosed(cluster.identifyConnection(connection));
}

function leave(book: ProfileBook, ...connections: readonly Connection[]): void {
  for (const connection of connections) book.addLeft(cluster.identifyConnection(connection));
}

function edgeOf(book: ProfileBook): Edge {
  return book.profile(javaapp, cluster)!.ingress[0]!;
}

/** Connections, and how many of them are open. */
function counts(book: ProfileBook): readonly [number, number] {
  const { connections, open: stillOpen = 0 } = edgeOf(book);
  return [connections, stillOpen];
}

/** Another agent, with what the store kept of this one, whose last save was just now. */
function restarted(book: ProfileBook): ProfileBook {
  const next = new ProfileBook();
  const edges = book
    .takeChanged()
    .map(({ edge, ...rest }) => ({ ...rest, edge: JSON.parse(JSON.stringify(edge)) as Edge }));
  next.restore({ edges, window: book.window, tombstones: [] });
  return next;
}

await t.test("an edge tells how many of its connections have not been seen to end", async (t) => {
  const book = new ProfileBook();
  const connections = [1, 2, 3].map((port) => connectionAt(port));
  open(book, ...connections);
  close(book, connectionAt(4));
  t.strictSame(counts(book), [4, 3]);
  close(book, ...connections);
  t.strictSame([counts(book), "open" in edgeOf(book)], [[4, 0], false]);
});

await t.test(
  "a connection that was open while the agent was away is counted once, whenever it is heard of again",
  async (t) => {
    const before = new ProfileBook();
    open(before, ...[1, 2, 3].map((port) => connectionAt(port)));
    const after = restarted(before);
    t.strictSame(counts(after), [3, 3]);
    const again = inferredAt(1);
    open(after, again); // by conntrack, at once
    close(after, inferredAt(2)); // by its FIN, late
    t.strictSame(counts(after), [3, 2]);
    close(after, again);
    t.strictSame(counts(after), [3, 1]);
  },
);

await t.test("those that were opened meanwhile, and those after it, are counted", async (t) => {
  const before = new ProfileBook();
  open(before, connectionAt(1));
  const after = restarted(before);
  open(after, inferredAt(1), inferredAt(2), connectionAt(3));
  t.strictSame(counts(after), [3, 3]);
});

await t.test("one that ended before the agent was away is not taken for one that did not", async (t) => {
  const before = new ProfileBook();
  const ended = connectionAt(1);
  open(before, ended);
  close(before, ended);
  const after = restarted(before);
  open(after, inferredAt(2));
  t.strictSame(counts(after), [2, 1]);
});

await t.test(
  "what an ending capture tells as it stands is counted once when the next one knows it again",
  async (t) => {
    const book = new ProfileBook();
    const told = connectionAt(1);
    open(book, told);
    leave(book, told, connectionAt(2)); // the second had not settled
    t.strictSame(counts(book), [2, 2]);
    open(book, inferredAt(1), inferredAt(2), inferredAt(3));
    t.strictSame(counts(book), [3, 3]);
    leave(book, connectionAt(4));
    const after = restarted(book);
    open(after, ...[1, 2, 3, 4].map(inferredAt));
    t.strictSame(counts(after), [4, 4]);
  },
);

await t.test("a connection whose ends another has now is over, though its end was not told", async (t) => {
  const book = new ProfileBook();
  open(book, connectionAt(1), connectionAt(1));
  t.strictSame(counts(book), [2, 1]);
});

await t.test("a failed attempt is never open", async (t) => {
  const book = new ProfileBook();
  close(book, connectionAt(1, { outcome: "refused" }));
  t.equal(book.profile(javaapp, cluster)?.failed[0]?.open, undefined);
});
