/** Addresses as decoders hold them, four 32-bit words with IPv4 as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), and as text. */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { uint32 } from "./octets.ts";

const MAPPED_PREFIX = 0xffff;

export function readIpv4Address(bytes: Uint8Array, at: number, words: Uint32Array, offset: number): void {
  words[offset] = 0;
  words[offset + 1] = 0;
  words[offset + 2] = MAPPED_PREFIX;
  words[offset + 3] = uint32(bytes, at);
}

export function readIpv6Address(bytes: Uint8Array, at: number, words: Uint32Array, offset: number): void {
  for (let word = 0; word < 4; word++) words[offset + word] = uint32(bytes, at + word * 4);
}

/** The canonical text of the address in the four words from `offset`: dotted quad for IPv4, else RFC 5952. */
export function addressText(words: ArrayLike<number>, offset: number): string {
  if (isIpv4Mapped(words, offset)) return dottedQuad(words[offset + 3]!);
  const groups: number[] = [];
  for (let word = offset; word < offset + 4; word++) groups.push(words[word]! >>> 16, words[word]! & 0xffff);
  return new ipaddr.IPv6(groups).toRFC5952String();
}

/** The reverse of addressText; takes any valid text without a zone, returns undefined for what is none. */
export function parseAddress(text: string): Uint32Array | undefined {
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  const octets = Uint8Array.from(ipaddr.parse(text).toByteArray());
  const words = new Uint32Array(4);
  if (octets.length === 4) readIpv4Address(octets, 0, words, 0);
  else readIpv6Address(octets, 0, words, 0);
  return words;
}

function isIpv4Mapped(words: ArrayLike<number>, offset: number): boolean {
  return words[offset] === 0 && words[offset + 1] === 0 && words[offset + 2] === MAPPED_PREFIX;
}

/** The latest texts, each in the one place that its address has: the same few addresses come again and again. */
const REMEMBERED = 4_096;
const rememberedWords = new Uint32Array(REMEMBERED);
const rememberedTexts = Array.from({ length: REMEMBERED }, () => "0.0.0.0");

function dottedQuad(word: number): string {
  const place = Math.imul(word, 0x9e3779b1) >>> 20;
  if (rememberedWords[place] !== word) {
    rememberedWords[place] = word;
    rememberedTexts[place] = `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
  }
  return rememberedTexts[place]!;
}
