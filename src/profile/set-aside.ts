import { existsSync, linkSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** How many damaged stores are kept for somebody to look at; the oldest go. */
const MAX_SET_ASIDE = 3;

/**
 * Gives a damaged store a second name that says when, `weir.db.damaged-2026-11-25T12-46-15-123Z`, and makes room for it.
 * The first name stays until another file takes its place, so that a crash in between leaves no folder without a store.
 * Its log goes with it: beside another store it would damage that one. Undefined where there is no store.
 */
export function setAside(file: string, nowMs: number): string | undefined {
  const aside = `${file}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/gu, "-")}`;
  for (const old of listSetAside(file).slice(0, 1 - MAX_SET_ASIDE || undefined)) remove(old);
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${aside}-wal`);
  if (!existsSync(file)) return undefined;
  try {
    linkSync(file, aside);
  } catch {
    renameSync(file, aside); // a file system without links
  }
  return aside;
}

/** Damaged stores beside this one, the oldest first. */
export function listSetAside(file: string): readonly string[] {
  const prefix = `${basename(file)}.damaged-`;
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(prefix) && !name.endsWith("-wal"));
  return names.sort().map((name) => join(dirname(file), name));
}

function remove(file: string): void {
  for (const each of [file, `${file}-wal`]) rmSync(each, { force: true });
}
