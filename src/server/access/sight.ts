import type { Access } from "./access.ts";
import type { Caller } from "./caller.ts";
import { type ProfileRight, rightText } from "./right.ts";
import { HttpProblem } from "../problem.ts";
import { challenge } from "./bearer-token.ts";

/** How much of the cluster a caller sees. */
export interface Sight {
  /** All namespaces, those that come later and what is in none included. */
  readonly isWhole: boolean;
  /** Those that are seen; none are listed where all are. */
  readonly namespaces: ReadonlySet<string>;
  readonly sees: (namespace: string) => boolean;
}

export const wholeSight: Sight = { isWhole: true, namespaces: new Set(), sees: () => true };

/** Namespaces asked about one by one for one request. */
const MAX_NAMESPACES = 64;
const AT_ONCE = 8;

export function sightOf(namespaces: Iterable<string>): Sight {
  const seen = new Set(namespaces);
  return { isWhole: false, namespaces: seen, sees: (namespace) => seen.has(namespace) };
}

/** Who asks for what, of an Access that knows. */
export interface Question {
  readonly access: Access;
  readonly caller: Caller;
  readonly right: Omit<ProfileRight, "namespace">;
}

/** Of one namespace. Throws a 403. */
export async function lookInto(namespace: string, { access, caller, right }: Question): Promise<Sight> {
  const wanted = { ...right, namespace };
  if (!(await access.allows(caller, wanted))) throw forbidden(caller, rightText(wanted));
  return sightOf([namespace]);
}

/** Everything, or else what may be seen of these namespaces. Throws a 403 where that is nothing, or too much to ask, a 429 where too much was asked lately. */
export async function lookAround(namespaces: () => Iterable<string>, question: Question): Promise<Sight> {
  const { access, caller, right } = question;
  const wanted = { ...right, namespace: "" };
  if (await access.allows(caller, wanted)) return wholeSight;
  const candidates = [...new Set(namespaces())];
  if (candidates.length > MAX_NAMESPACES)
    throw forbidden(caller, `${rightText(wanted)}, which are too many to look for those allowed; give ?namespace=`);
  const { visible, unasked } = await visibleOf(candidates, question);
  // What is left out for want of an answer would look like something that is not there.
  if (unasked > 0) throw new HttpProblem(429, TOO_MUCH_ASKED, { "retry-after": "60" });
  if (visible.length === 0) throw forbidden(caller, `${rightText(wanted)}, nor in one that has profiles`);
  return sightOf(visible);
}

const TOO_MUCH_ASKED = "too many namespaces had to be asked about for you in the last minute; give ?namespace=";

/** Those in which the caller has the right, and how many were not asked about, for it would be too much. */
export interface Visible {
  readonly visible: readonly string[];
  readonly unasked: number;
}

/** A few are asked about at a time, the rest not at all past the bounds. */
export async function visibleOf(namespaces: Iterable<string>, question: Question): Promise<Visible> {
  const { access, caller, right } = question;
  const all = [...new Set(namespaces)];
  const waiting = all.slice(0, MAX_NAMESPACES);
  const visible: string[] = [];
  let unasked = all.length - waiting.length;
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const isAllowed = await access.allowsOneOfMany(caller, { ...right, namespace: next });
      if (isAllowed === true) visible.push(next);
      if (isAllowed === undefined) unasked += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { visible, unasked };
}

function forbidden({ username }: Caller, what: string): HttpProblem {
  return new HttpProblem(403, `${username} may not ${what}`, challenge("insufficient_scope"));
}

/** Throws a 403 for a right that is about no namespace. */
export async function demand(
  right: Parameters<Access["allows"]>[1],
  { access, caller }: Pick<Question, "access" | "caller">,
): Promise<void> {
  if (!(await access.allows(caller, right))) throw forbidden(caller, rightText(right));
}
