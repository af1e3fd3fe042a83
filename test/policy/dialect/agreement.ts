import type { PolicyHead } from "../../../src/policy/network-policy.ts";
import type { Rule } from "../../../src/policy/rule.ts";
import type { Written } from "../../../src/policy/dialect/written.ts";
import { compilePolicies } from "../../../src/policy/evaluate/evaluate.ts";
import { isAllowedBySide } from "../../../src/policy/evaluate/verdict.ts";
import { type Definition, faultsOf } from "./definitions/definition.ts";
import { type Ground, Unreadable } from "./ground.ts";
import { groundsOf, type World } from "./random-worlds.ts";

export type Writer = (head: PolicyHead, rules: readonly Rule[]) => Written;

/** A policy in a dialect, and what it says to a question. */
export interface Situation {
  readonly world: World;
  readonly ground: Ground;
  readonly written: Written;
  /** What the NetworkPolicy says, and what the dialect's does. */
  readonly proven: boolean;
  readonly said: boolean;
}

/** Something that a dialect says otherwise: when that may be, and the note that must tell it. */
export interface Difference {
  readonly name: string;
  readonly note: RegExp;
  readonly holds: (situation: Situation) => boolean;
}

/** A dialect as the tests know it: how its documents are read, and all that may differ. */
export interface Reading {
  /** One document may mean several things, as its plugin is set up: each must agree. */
  readonly meanings: readonly ((document: object, ground: Ground, world: World) => boolean)[];
  readonly differences: readonly Difference[];
  readonly definition: Definition;
}

/** How often what was said in a run; the names of differences as keys. */
export type Tally = Map<string, number>;

/** The first question in which dialect and NetworkPolicy differ and no note tells why, as text; undefined where none. */
export function disagreement(
  reading: Reading,
  write: Writer,
  worlds: readonly World[],
  tally: Tally = new Map(),
): string | undefined {
  for (const world of worlds) {
    const fault = faultIn(world, write(world.said.head, world.said.rules), reading, tally);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultIn(world: World, written: Written, reading: Reading, tally: Tally): string | undefined {
  try {
    return disagreementIn(world, written, reading, tally);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return `${error.message}: ${JSON.stringify(written.document)}`;
  }
}

function disagreementIn(world: World, written: Written, reading: Reading, tally: Tally): string | undefined {
  const { document, notes } = written;
  if (document === null) {
    count(tally, "not written");
    return notes.at(-1)?.startsWith("no policy is written: ") === true ? undefined : "no document and no reason";
  }
  const faults = faultsOf(reading.definition, document);
  if (faults.length > 0) return `${faults.join("; ")}: ${JSON.stringify(document)}`;
  for (const { ground, proven } of judged(world))
    for (const meaning of reading.meanings) {
      const said = meaning(document, ground, world);
      count(tally, said === proven ? `both ${said ? "allow" : "refuse"}` : "differ");
      if (said === proven) continue;
      const reason = explain({ world, ground, written, proven, said }, reading);
      if (reason === undefined) return JSON.stringify({ ground, proven, said, rules: world.said.rules, document });
      count(tally, reason);
    }
  return undefined;
}

interface Judged {
  readonly ground: Ground;
  /** Whether the NetworkPolicy lets it through. */
  readonly proven: boolean;
}

/** A world is asked for many writers. */
const judgedWorlds = new WeakMap<World, readonly Judged[]>();

function judged(world: World): readonly Judged[] {
  const known = judgedWorlds.get(world) ?? judge(world);
  judgedWorlds.set(world, known);
  return known;
}

function judge(world: World): readonly Judged[] {
  const policy = compilePolicies([world.said.policy], world);
  return [...groundsOf(world)].map((ground) => {
    const { direction, subject, other, port, protocol } = ground;
    const [from, to] = direction === "egress" ? [subject, other] : [other, subject];
    const verdict = policy.decide({ from, to, port, protocol });
    return { ground, proven: verdict.kind === "itself" || isAllowedBySide(verdict[direction]) };
  });
}

function explain(situation: Situation, { differences }: Reading): string | undefined {
  const { notes } = situation.written;
  return differences.find(({ note, holds }) => notes.some((text) => note.test(text)) && holds(situation))?.name;
}

function count(tally: Tally, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}
