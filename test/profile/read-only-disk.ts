// Learns on a disk at argv[2] that takes no writes at first, in a mount namespace of its own: see store-damage.test.ts.
import { execFileSync } from "node:child_process";
import { DecisionBook } from "../../src/profile/decision-book.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { ProfileSaver } from "../../src/profile/profile-saver.ts";
import { ProfileStore } from "../../src/profile/profile-store.ts";
import { JAVAAPP_0, made, shop } from "./shop.ts";

const folder = process.argv[2]!;
const cluster = shop();

function open(): { readonly book: ProfileBook; readonly store: ProfileStore; readonly saver: ProfileSaver } {
  const store = new ProfileStore(folder);
  const [book, decisions] = [new ProfileBook(), new DecisionBook(store)];
  book.restore(store.load());
  return { book, store, saver: new ProfileSaver({ book, decisions, store }) };
}

function learn(book: ProfileBook, from: number, until: number): void {
  for (let n = from; n < until; n++)
    book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, `203.0.113.${n}:443`)));
}

function connectionsOfFirst(): number | undefined {
  const store = new ProfileStore(folder);
  const first = store.load().edges.find(({ edge }) => edge.peer.type === "external" && edge.peer.ip === "203.0.113.60");
  store.close();
  return first?.edge.connections;
}

const remount = (how: string): unknown => execFileSync("mount", ["-o", `remount,${how}`, folder]);

execFileSync("mount", ["-t", "tmpfs", "x", folder]);
const first = open();
learn(first.book, 0, 100);
first.saver.save(1);
first.store.close();

remount("ro");
const second = open();
const atStart = second.book.stored().length;
learn(second.book, 60, 150);
second.saver.save(60_001);
const whileReadOnly = second.saver.fault;
remount("rw");
second.saver.save(60_002);
const inTheEnd = second.store.load().edges.length;
second.store.close();
const connections = connectionsOfFirst();

// Where not even a copy can be made, what was stored is added when the disk is back.
process.env["TMPDIR"] = "/proc";
execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "x", "/dev/shm"]);
remount("ro");
const third = open();
const nothing = third.book.stored().length;
remount("rw");
third.saver.save(120_000);
third.store.close();
console.log(
  JSON.stringify({ atStart, whileReadOnly, inTheEnd, connections, nothing, afterEmptyStart: connectionsOfFirst() }),
);
