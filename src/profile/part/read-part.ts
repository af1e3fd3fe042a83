import {
  at,
  elements,
  type Field,
  FieldFault,
  isAbsent,
  requiredText,
  rootField,
  text,
} from "../../cluster/object/field.ts";
import type { WorkloadRef } from "../../cluster/workload.ts";
import { parseRfc3339 } from "../../flow/rfc3339.ts";
import { type Direction, type Edge, type Peer } from "../edge.ts";
import type { Tombstone } from "../forgetting.ts";
import type { Window } from "../observed-window.ts";
import type { Part } from "./part.ts";

const DIRECTIONS: ReadonlySet<string> = new Set<Direction>(["ingress", "egress"]);
const PROTOCOLS: ReadonlySet<string> = new Set<Edge["protocol"]>(["TCP", "UDP", "SCTP"]);
const RESOLUTIONS: ReadonlySet<string> = new Set<Edge["resolution"]>(["address", "endpoints"]);

/**
 * A part from the object that another agent wrote. The API has held it against the definition's schema, which may be
 * of another version of weir: what counts is checked again. Throws FieldFault.
 */
export function readPart(object: unknown): Part {
  const root = rootField(object);
  const spec = at(root, "spec");
  const node = requiredText(at(spec, "node"));
  const workload = readWorkload(root);
  const nodes = [node];
  const read = (edge: Field): Edge => readEdge(edge, nodes);
  return {
    workload,
    node,
    observer: requiredText(at(spec, "observer")),
    writtenMs: readTimeMs(at(spec, "written")),
    window: readWindow(at(spec, "window")),
    edges: elements(at(spec, "edges")).map(read),
    failed: elements(at(spec, "failed")).map(read),
    overflowed: count(at(spec, "overflowed")),
    forgotten: readForgotten(at(spec, "forgotten"), workload),
  };
}

/** Of which workload an object speaks: it stands in the workload's own namespace. */
export function readWorkload(root: Field): WorkloadRef {
  const namespace = requiredText(at(root, "metadata", "namespace"));
  const workload = at(root, "spec", "workload");
  return { namespace, kind: requiredText(at(workload, "kind")), name: requiredText(at(workload, "name")) };
}

export function readForgotten(field: Field, workload: WorkloadRef): readonly Tombstone[] {
  return elements(field).map((entry): Tombstone => {
    const edge = text(at(entry, "edge"));
    const [after, before] = [at(entry, "after"), at(entry, "before")];
    return {
      workload,
      ...(edge !== undefined && { edge }),
      ...(!isAbsent(after) && { afterMs: readTimeMs(after) }),
      ...(!isAbsent(before) && { beforeMs: readTimeMs(before) }),
      atMs: readTimeMs(at(entry, "at")),
    };
  });
}

export function readTimeMs(field: Field): number {
  const ms = Date.parse(requiredText(field));
  if (Number.isNaN(ms)) throw new FieldFault(field, "expected a time as in RFC 3339");
  return ms;
}

function readEdge(field: Field, nodes: readonly string[]): Edge {
  const { bytes, occasions, open } = field.value as Edge;
  return {
    direction: oneOf(at(field, "direction"), DIRECTIONS) as Direction,
    peer: readPeer(at(field, "peer")),
    protocol: oneOf(at(field, "protocol"), PROTOCOLS) as Edge["protocol"],
    port: count(at(field, "port")),
    connections: count(at(field, "connections")),
    ...(typeof occasions === "number" && { occasions: count(at(field, "occasions")) }),
    ...(typeof open === "number" && { open: count(at(field, "open")) }),
    bytes: bytes === undefined || bytes === null ? null : readBytes(at(field, "bytes")),
    outcomes: readOutcomes(at(field, "outcomes")),
    firstSeen: exactTime(at(field, "firstSeen")),
    lastSeen: exactTime(at(field, "lastSeen")),
    pods: texts(at(field, "pods")),
    nodes,
    resolution: oneOf(at(field, "resolution"), RESOLUTIONS) as Edge["resolution"],
  };
}

function readPeer(field: Field): Peer {
  const type = requiredText(at(field, "type"));
  const named = (name: string): string => requiredText(at(field, name));
  switch (type) {
    case "workload":
      return { type, namespace: named("namespace"), kind: named("kind"), name: named("name") };
    case "host": {
      const name = text(at(field, "name"));
      return { type, ip: named("ip"), ...(name !== undefined && { name }) };
    }
    case "external": {
      const [names, claimedNames] = [texts(at(field, "names")), texts(at(field, "claimedNames"))];
      return {
        type,
        ip: named("ip"),
        ...(names.length > 0 && { names }),
        ...(claimedNames.length > 0 && { claimedNames }),
      };
    }
    case "unresolved":
      return { type, ip: named("ip"), reason: named("reason") };
    default:
      throw new FieldFault(at(field, "type"), "expected workload, host, external or unresolved");
  }
}

function readBytes(field: Field): NonNullable<Edge["bytes"]> {
  const exact = at(field, "exact").value === true;
  return { toServer: count(at(field, "toServer")), toClient: count(at(field, "toClient")), exact };
}

const OUTCOMES = ["established", "half-open", "refused", "unanswered", "inferred"] as const;

function readOutcomes(field: Field): Edge["outcomes"] {
  return Object.fromEntries(
    OUTCOMES.flatMap((outcome) => {
      const value = at(field, outcome);
      return isAbsent(value) ? [] : [[outcome, count(value)]];
    }),
  );
}

function readWindow(field: Field): Window {
  const { losses, older } = (field.value ?? {}) as Partial<Window>;
  return {
    sinceUs: optionalUs(at(field, "since")),
    untilUs: optionalUs(at(field, "until")),
    losses: losses ?? null,
    older: older ?? null,
  };
}

function optionalUs(field: Field): number | null {
  return isAbsent(field) ? null : parseRfc3339(exactTime(field));
}

/** As weir writes times itself, with microseconds: texts of one length can be compared as they are. */
function exactTime(field: Field): string {
  const written = requiredText(field);
  if (Number.isNaN(parseRfc3339(written))) throw new FieldFault(field, "expected a time with six digits of a fraction");
  return written;
}

function count(field: Field): number {
  const { value } = field;
  if (isAbsent(field)) return 0;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
    throw new FieldFault(field, "expected a count");
  return value;
}

function texts(field: Field): readonly string[] {
  return elements(field).map((element) => requiredText(element));
}

function oneOf(field: Field, known: ReadonlySet<string>): string {
  const value = requiredText(field);
  if (!known.has(value)) throw new FieldFault(field, `expected one of ${[...known].join(", ")}`);
  return value;
}
