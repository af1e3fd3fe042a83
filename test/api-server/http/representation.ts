import { notAcceptable } from "./api-status.ts";

/** In which shape an object is sent: whole, its metadata alone, or as a row of a table. */
export type Representation =
  | { readonly kind: "object"; readonly encoding: Encoding }
  | { readonly kind: "partial"; readonly encoding: Encoding }
  | { readonly kind: "table"; readonly encoding: Encoding };

export type Encoding = "json" | "yaml";

const PARTIAL: ReadonlySet<string> = new Set(["PartialObjectMetadata", "PartialObjectMetadataList"]);

/** The first of the Accept header's wishes that can be served. Protobuf can't: 406 where only that is asked for. */
export function negotiate(accept: string | undefined): Representation {
  if (accept === undefined || accept.trim() === "") return { kind: "object", encoding: "json" };
  for (const wish of wishesOf(accept)) {
    const encoding = encodingOf(wish.type);
    const kind = shapeOf(wish.parameters);
    if (encoding !== undefined && kind !== undefined) return { kind, encoding };
  }
  throw notAcceptable();
}

interface Wish {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** RFC 9110, 12.5.1: by weight, and in order where that is the same. */
function wishesOf(accept: string): readonly Wish[] {
  const wishes = accept.split(",").map((part) => {
    const [type = "", ...rest] = part.split(";").map((piece) => piece.trim());
    const pairs = rest.map((pair): [string, string] => {
      const [key = "", value = ""] = pair.split("=");
      return [key.trim(), value.trim()];
    });
    return { type: type.toLowerCase(), parameters: new Map(pairs) };
  });
  return wishes.sort((a, b) => weightOf(b) - weightOf(a));
}

function weightOf({ parameters }: Wish): number {
  return Number(parameters.get("q") ?? 1);
}

function encodingOf(type: string): Encoding | undefined {
  if (type === "application/json" || type === "*/*" || type === "application/*") return "json";
  return type === "application/yaml" ? "yaml" : undefined;
}

function shapeOf(parameters: ReadonlyMap<string, string>): Representation["kind"] | undefined {
  const as = parameters.get("as");
  if (as === undefined) return "object";
  if (parameters.get("g") !== "meta.k8s.io" || !["v1", "v1beta1"].includes(parameters.get("v") ?? "")) return undefined;
  if (as === "Table") return "table";
  return PARTIAL.has(as) ? "partial" : undefined;
}
