// Learns more than the small disk at argv[2] holds, makes it larger, and says what was stored in the end: see profile-store.test.ts.
import { execFileSync } from "node:child_process";
import { DecisionBook } from "../../src/profile/decision-book.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { ProfileSaver } from "../../src/profile/profile-saver.ts";
import { ProfileStore } from "../../src/profile/profile-store.ts";
import { JAVAAPP_0, made, shop } from "./shop.ts";

const folder = process.argv[2]!;
const learned = 3_000;
const cluster = shop();
const book = new ProfileBook();
const store = new ProfileStore(folder);
const saver = new ProfileSaver({ book, store, decisions: new DecisionBook(store) });
let whenFull: string | undefined;
for (let n = 0; n < learned; n++) {
  book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, `203.0.${n >> 8}.${n & 255}:443`)));
  if (n % 100 !== 99) continue;
  saver.save(n);
  whenFull ??= saver.fault;
}
execFileSync("mount", ["-o", "remount,size=64m", folder]);
saver.save(learned);
console.log(JSON.stringify({ whenFull, learned, stored: store.load().edges.length }));
store.close();
