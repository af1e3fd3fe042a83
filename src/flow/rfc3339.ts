/** RFC 3339, 5.6, in UTC with six digits of a second's fraction. */
export function rfc3339(timeUs: number): string {
  const milliseconds = Math.floor(timeUs / 1000);
  const microseconds = String(timeUs - milliseconds * 1000).padStart(3, "0");
  return new Date(milliseconds).toISOString().replace("Z", `${microseconds}Z`);
}

/** Microseconds since 1970 of a text as rfc3339() writes it; NaN for any other. */
export function parseRfc3339(text: string): number {
  if (text.length !== 27 || text.charCodeAt(26) !== 0x5a) return Number.NaN;
  const milliseconds = Date.UTC(
    digits(text, 0, 4),
    digits(text, 5, 2) - 1,
    digits(text, 8, 2),
    digits(text, 11, 2),
    digits(text, 14, 2),
    digits(text, 17, 2),
  );
  return milliseconds * 1000 + digits(text, 20, 6);
}

/** Without a substring: four times a connection. */
function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let index = from; index < from + count; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}
