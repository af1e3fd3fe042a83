import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { faultKind, StoreDamage, StoreFault } from "./store-fault.ts";
import { readStored } from "./store-reading.ts";
import { StoreRows } from "./store-rows.ts";
import { migrate } from "./store-schema.ts";
import { NOTHING_STORED, type Stored } from "./stored.ts";

/** Making one takes no longer. */
const HALF_MADE_MS = 60_000;

/** A store that is there. Throws StoreFault for one of a newer weir, StoreDamage, and what SQLite throws: see faultKind. */
export function openDatabase(file: string): DatabaseSync {
  if (statSync(file).size === 0) throw new StoreDamage("it is empty"); // a new one is whole before it gets this name
  return openWith(file, (database) => {
    chmodSync(file, 0o600); // it is a map of who talks to whom
    // One agent owns it: a second on the same folder is refused instead of mixing its counts in.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    check(database);
    migrate(database, file);
  });
}

/**
 * Makes a whole store that lies on the disk when this returns, under another name than `file`: whoever wants it there
 * moves it, so that a crash never leaves half a store. Two that begin at once don't meet.
 */
export function makeDatabase(file: string, stored: Stored): string {
  makeFolder(dirname(file));
  removeHalfMade(file);
  const beside = `${file}.new-${process.pid}`;
  rmSync(beside, { force: true });
  closeSync(openSync(beside, "wx", 0o600)); // for the system's own word where it can't be
  openWith(beside, (database) => {
    migrate(database, file);
    new StoreRows(database).fill(stored);
  }).close();
  return beside;
}

/** Of processes that were killed at it. */
function removeHalfMade(file: string): void {
  for (const name of readdirSync(dirname(file))) {
    const path = join(dirname(file), name);
    if (!name.startsWith(`${basename(file)}.new-`)) continue;
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > HALF_MADE_MS) rmSync(path);
  }
}

/** What can be read of a store that openDatabase refuses as damaged; of one that is cut off SQLite reads nothing. */
export function salvage(file: string): Stored {
  try {
    const database = openWith(file, (opened) => opened.exec("PRAGMA locking_mode = EXCLUSIVE"));
    const { stored } = readStored(database);
    database.close();
    return stored;
  } catch (error) {
    if (faultKind(error) === "held") throw error;
    return NOTHING_STORED; // not even its first page
  }
}

/** What a store holds on a disk that takes no writes, which SQLite needs to read its log; undefined where it can't be read. */
export function readCopy(file: string): Stored | undefined {
  for (const parent of [tmpdir(), "/dev/shm"]) {
    try {
      return readCopyIn(mkdtempSync(join(parent, "weir-")), file);
    } catch (error) {
      if (error instanceof StoreFault) throw error; // of a newer weir
    }
  }
  return undefined;
}

function readCopyIn(folder: string, file: string): Stored {
  try {
    const copy = join(folder, basename(file));
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    const database = openDatabase(copy);
    const { stored } = readStored(database);
    database.close();
    return stored;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Step by step: Node's own recursive mkdir never returns where a folder can't be made, as in /proc. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

function openWith(file: string, prepare: (database: DatabaseSync) => void): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 1_000 });
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Damage is found before it spreads. It costs a fifth of what reading all costs: 1 ms for a thousand edges. */
function check(database: DatabaseSync): void {
  const row = database.prepare("PRAGMA quick_check(1)").get() as { readonly quick_check: string };
  if (row.quick_check !== "ok") throw new StoreDamage(row.quick_check.replaceAll(/\s+/gu, " "));
}
