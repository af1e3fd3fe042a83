/** Whether a pcap-filter(7) expression's value is one of these. */
export function isAny(expression: string, values: readonly number[]): string {
  return `(${values.map((value) => `${expression} = ${value}`).join(" or ")})`;
}

/** Whether it is none of these; false, too, where the packet has no such octets. */
export function isNone(expression: string, values: readonly number[]): string {
  return `(${values.map((value) => `${expression} != ${value}`).join(" and ")})`;
}
