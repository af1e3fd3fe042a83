import { decode } from "dns-packet";
import type { Answer, DecodedPacket, StringAnswer } from "dns-packet";
import { addressText, parseAddress } from "./address.ts";

/** What a DNS response says of the one name that was asked. */
export interface DnsAnswer {
  readonly id: number;
  /** The name in the question, lower case, without trailing dot; empty for the root. */
  readonly name: string;
  /** Type of the question, as "A" or "AAAA"; UNKNOWN_ and its number where it has no name. */
  readonly type: string;
  /** Canonical texts of the addresses that the question leads to, through CNAMEs; empty where it leads to none. */
  readonly addresses: readonly string[];
  /** The least time to live of the records on the way, seconds; 0 where there are none. */
  readonly ttlSeconds: number;
}

const HEADER_OCTETS = 12;
/** What EDNS asks for at most in practice (RFC 6891, 6.2.5). It bounds the work that a hostile message can cause. */
const MAX_MESSAGE_OCTETS = 4096;
/** Root name, type, class. */
const LEAST_QUESTION_OCTETS = 5;
/** Root name, type, class, time to live, length. */
const LEAST_RECORD_OCTETS = 11;
/** CNAMEs in a row that are followed; resolvers give up at about eleven. */
const MAX_ALIASES = 16;

/** Reads the DNS message in `[start, end)`. Undefined unless it is a successful response, whole, to a single question. */
export function decodeDnsResponse(bytes: Uint8Array, start: number, end: number): DnsAnswer | undefined {
  if (!isPlausibleResponse(bytes, start, end)) return undefined;
  const message = decodeQuietly(withoutExtraSections(bytes.subarray(start, end)));
  const question = message?.questions?.[0];
  if (message === undefined || question === undefined) return undefined;
  const name = canonicalName(question.name);
  return { id: message.id ?? 0, name, type: question.type, ...resolve(name, message.answers ?? []) };
}

/**
 * RFC 1035, 4.1.1: a response, opcode QUERY, no error, one question. The counts are held against the length here
 * because dns-packet believes them: twelve octets that claim 65,535 records of each kind cost it 3 ms.
 */
function isPlausibleResponse(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < HEADER_OCTETS || length > MAX_MESSAGE_OCTETS) return false;
  const isResponse = (bytes[start + 2]! & 0xf8) === 0x80 && (bytes[start + 3]! & 0x0f) === 0;
  const questions = (bytes[start + 4]! << 8) | bytes[start + 5]!;
  const answers = (bytes[start + 6]! << 8) | bytes[start + 7]!;
  const leastLength = HEADER_OCTETS + LEAST_QUESTION_OCTETS + answers * LEAST_RECORD_OCTETS;
  return isResponse && questions === 1 && leastLength <= length;
}

/** A copy that claims no authority and additional records: nothing in them is used, and a fault in them does no harm. */
function withoutExtraSections(message: Uint8Array): Buffer {
  const copy = Buffer.from(message);
  copy.fill(0, 8, HEADER_OCTETS);
  return copy;
}

function decodeQuietly(message: Buffer): DecodedPacket | undefined {
  try {
    const decoded = decode(message);
    // It doesn't notice where the octets of an address are missing, only counts them.
    return decode.bytes > message.length ? undefined : decoded;
  } catch {
    // Bad bytes are a value to weir; dns-packet throws.
    return undefined;
  }
}

/** RFC 1034, 3.6.2: the addresses belong to the name at the end of the CNAMEs. */
function resolve(name: string, records: readonly Answer[]): Pick<DnsAnswer, "addresses" | "ttlSeconds"> {
  const usable = records.filter(isAliasOrAddress);
  const aliases = aliasesFrom(name, usable);
  const owner = canonicalName(aliases.at(-1)?.data ?? name);
  const holders = usable.filter((record) => record.type !== "CNAME" && canonicalName(record.name) === owner);
  const addresses = new Set(holders.flatMap((record) => canonicalAddress(record.data) ?? []));
  const times = [...aliases, ...holders].map((record) => timeToLive(record.ttl));
  return { addresses: [...addresses], ttlSeconds: times.length === 0 ? 0 : Math.min(...times) };
}

function isAliasOrAddress(record: Answer): record is StringAnswer {
  return (record.type === "CNAME" || record.type === "A" || record.type === "AAAA") && record.class === "IN";
}

/** The CNAMEs from `name` on, in order. A loop ends where the bound does, at a name without addresses. */
function aliasesFrom(name: string, records: readonly StringAnswer[]): StringAnswer[] {
  const aliases: StringAnswer[] = [];
  let owner = name;
  while (aliases.length < MAX_ALIASES) {
    const alias = records.find((record) => record.type === "CNAME" && canonicalName(record.name) === owner);
    if (alias === undefined) break;
    aliases.push(alias);
    owner = canonicalName(alias.data);
  }
  return aliases;
}

/** Only ASCII letters have case (RFC 4343, 3). */
function canonicalName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()).replace(/\.$/, "");
}

function canonicalAddress(text: string): string | undefined {
  const words = parseAddress(text);
  return words === undefined ? undefined : addressText(words, 0);
}

/** RFC 2181, 8: with the most significant bit set it counts as 0. */
function timeToLive(seconds: number | undefined): number {
  return seconds === undefined || seconds > 0x7fffffff ? 0 : seconds;
}
