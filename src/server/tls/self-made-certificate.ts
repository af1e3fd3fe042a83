import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { Certificate } from "./certificate.ts";
import * as der from "./der.ts";

export interface SelfMadeOptions {
  /** Names and addresses under which clients come. */
  readonly names: readonly string[];
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
export const VALID_DAYS = 365;
/** Clocks of clients may be behind. */
const BACKDATED_MS = DAY_MS;

/** Object identifiers of RFC 5280, and of RFC 5758, 3.2 for the signature. */
const ID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

/**
 * A certificate that only its own key vouches for (RFC 5280, 4.1), for a P-256 key made with it. It may sign no other:
 * clients are given it by hand, and it is all that they then trust.
 */
export function makeCertificate({ names, nowMs }: SelfMadeOptions): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der.sequence(der.objectId(ID.ecdsaWithSha256));
  const signed = der.sequence(
    der.contextual(0, "constructed", der.integer(Buffer.of(2))), // version 3
    der.integer(serialNumber()),
    algorithm,
    SELF,
    der.sequence(der.time(nowMs - BACKDATED_MS), der.time(nowMs + VALID_DAYS * DAY_MS)),
    SELF,
    publicKey.export({ type: "spki", format: "der" }),
    der.contextual(3, "constructed", extensions(names)),
  );
  const cert = der.sequence(signed, algorithm, der.bitString(sign("sha256", signed, privateKey)));
  return { cert: toPem(cert), key: pemOf(privateKey) };
}

/** Issuer and subject. */
const SELF = der.sequence(der.set(der.sequence(der.objectId(ID.commonName), der.utf8("weir"))));

/** 4.1.2.2: positive, and at most 20 octets. DER begins no number with a zero that it does not need. */
function serialNumber(): Buffer {
  const number = randomBytes(16);
  number[0] = number[0]! | 1;
  return number;
}

function extensions(names: readonly string[]): Buffer {
  const digitalSignature = der.bitString(Buffer.of(0x80), 7);
  return der.sequence(
    extension(ID.basicConstraints, der.sequence(), "critical"), // an authority it is not, by default
    extension(ID.keyUsage, digitalSignature, "critical"),
    extension(ID.extendedKeyUsage, der.sequence(der.objectId(ID.serverAuth))),
    extension(ID.subjectAltName, der.sequence(...names.map(generalName))),
  );
}

function extension(id: string, content: Buffer, weight?: "critical"): Buffer {
  return der.sequence(der.objectId(id), ...(weight === undefined ? [] : [der.boolean(true)]), der.octetString(content));
}

/** 4.2.1.6: an iPAddress is its octets, a dNSName its letters. */
function generalName(name: string): Buffer {
  return isIP(name) === 0
    ? der.contextual(2, "primitive", Buffer.from(name))
    : der.contextual(7, "primitive", Buffer.from(ipaddr.parse(name).toByteArray()));
}

function toPem(cert: Buffer): string {
  const lines = cert.toString("base64").replaceAll(/.{64}/gu, "$&\n").trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
