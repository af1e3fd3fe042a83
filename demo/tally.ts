import type { Lab } from "./lab/lab.ts";

/** What the shop's own programs say of its business, from the start. */
export interface Tally {
  readonly answered: number;
  readonly failed: number;
  readonly payments: number;
}

export function tally(lab: Lab): Tally {
  const clients = lab.layout.pods.filter(({ workload }) => workload.name === "jclient");
  const last = (program: string, pattern: RegExp): number =>
    Number([...lab.output(program).matchAll(pattern)].at(-1)?.[1] ?? 0);
  const sum = (pattern: RegExp): number => clients.reduce((total, { name }) => total + last(name, pattern), 0);
  return {
    answered: sum(/orders answered: (\d+)/gu),
    failed: sum(/failed: (\d+)/gu),
    payments: last("payments", /payments taken: (\d+)/gu),
  };
}

export function since(before: Tally, after: Tally): Tally {
  return {
    answered: after.answered - before.answered,
    failed: after.failed - before.failed,
    payments: after.payments - before.payments,
  };
}
