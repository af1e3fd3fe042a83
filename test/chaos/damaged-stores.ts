/** Stores damaged in every way that chance finds, opened as the agent opens them. */
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { edgeKey } from "../../src/profile/edge.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { ProfileStore } from "../../src/profile/profile-store.ts";
import type { StoredEdge } from "../../src/profile/profile-records.ts";
import { JAVAAPP_0, made, shop } from "../profile/shop.ts";
import { Random } from "../random.ts";

const EDGES = 2_000;
const PAGE = 4_096;

type Damage = (file: string, random: Random) => void;

const damages: Readonly<Record<string, Damage>> = {
  "1 to 64 octets overwritten, in 1 to 4 places": (file, random) => {
    for (let n = 0; n <= random.below(4); n++) scribble(file, random, 1 + random.below(64));
  },
  "a page overwritten": (file, random) => overwrite(file, noise(random, PAGE), PAGE * random.below(pagesOf(file))),
  "cut off somewhere": (file, random) => truncateSync(file, random.below(statSync(file).size)),
  "no database at all, or empty": (file, random) => writeFileSync(file, noise(random, random.below(2) * 9_000)),
};

export interface DamageResult {
  readonly name: string;
  readonly tries: number;
  /** Stores that lost nothing. */
  readonly whole: number;
  /** Of all edges of the others, in hundredths. */
  readonly lostPercent: number;
  readonly wholeMs: readonly number[];
  readonly faults: readonly string[];
}

export function damagedStores(tries: number, seed: number): readonly DamageResult[] {
  const folder = mkdtempSync(join(tmpdir(), "weir-chaos-"));
  const edges = fill(folder);
  const sound = join(folder, "sound");
  copyFileSync(join(folder, "weir.db"), sound);
  const kinds = Object.entries(damages);
  const results = kinds.map(([name, damage], kind) => {
    const random = new Random(seed + kind);
    const trials = Array.from({ length: Math.ceil(tries / kinds.length) }, () => {
      copyFileSync(sound, join(folder, "weir.db"));
      damage(join(folder, "weir.db"), random);
      return tryToOpen(folder, edges);
    });
    const hurt = trials.filter(({ left }) => left < edges.size);
    const lost = hurt.reduce((sum, { left }) => sum + edges.size - left, 0);
    return {
      name,
      tries: trials.length,
      whole: trials.length - hurt.length,
      lostPercent: hurt.length === 0 ? 0 : (100 * lost) / (hurt.length * edges.size),
      wholeMs: trials.map(({ tookMs }) => tookMs),
      faults: trials.flatMap(({ faults }) => faults.map((fault) => `${name}: ${fault}`)),
    };
  });
  rmSync(folder, { recursive: true });
  return results;
}

interface Trial {
  readonly left: number;
  readonly tookMs: number;
  readonly faults: readonly string[];
}

function tryToOpen(folder: string, edges: ReadonlyMap<string, string>): Trial {
  const warnings: string[] = [];
  const startMs = performance.now();
  const store = new ProfileStore(folder, (warning) => warnings.push(warning));
  const stored = store.load();
  const tookMs = performance.now() - startMs;
  const faults = [...changed(stored.edges, edges)];
  if (stored.edges.length < edges.size && warnings.length !== 1) faults.push(`${warnings.length} lines say so`);
  store.save(stored.edges, stored.window);
  store.close();
  if (countIn(folder) !== stored.edges.length) faults.push("the new store does not keep them");
  if (readdirSync(folder).filter((name) => name.includes("damaged")).length > 6) faults.push("too many are set aside");
  return { left: stored.edges.length, tookMs, faults };
}

function countIn(folder: string): number {
  const store = new ProfileStore(folder);
  const { edges } = store.load();
  store.close();
  return edges.length;
}

function* changed(left: readonly StoredEdge[], edges: ReadonlyMap<string, string>): Generator<string> {
  for (const stored of left)
    if (edges.get(edgeKey(stored.edge)) !== JSON.stringify(stored)) yield `${edgeKey(stored.edge)} is not as it was`;
}

/** Returns each edge by its key. */
function fill(folder: string): ReadonlyMap<string, string> {
  const [store, book, cluster] = [new ProfileStore(folder), new ProfileBook(), shop()];
  for (let n = 0; n < EDGES / 2; n++)
    book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, `203.0.${n >> 8}.${n & 255}:443`)));
  for (let n = 0; n < EDGES / 2; n++)
    book.addClosed(cluster.identifyConnection(made(`203.1.${n >> 8}.${n & 255}:1`, `${JAVAAPP_0}:8080`)));
  store.save(book.stored(), book.window);
  store.close();
  return new Map(book.stored().map((stored) => [edgeKey(stored.edge), JSON.stringify(stored)]));
}

function scribble(file: string, random: Random, length: number): void {
  overwrite(file, noise(random, length), random.below(statSync(file).size - length));
}

function overwrite(file: string, octets: Uint8Array, position: number): void {
  const fd = openSync(file, "r+");
  writeSync(fd, octets, 0, octets.length, position);
  closeSync(fd);
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

function pagesOf(file: string): number {
  return statSync(file).size / PAGE;
}
