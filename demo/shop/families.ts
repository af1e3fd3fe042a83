/** Chooses what a lab gets of a pair: both where it runs IPv6 too, else the first. */
export type Families = <T>(four: T, six: T) => readonly T[];

export const ipv4Only: Families = (four) => [four];
export const dualStack: Families = (four, six) => [four, six];
