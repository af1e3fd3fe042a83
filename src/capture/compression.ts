import { createGunzip, createZstdDecompress } from "node:zlib";
import type { Gunzip, ZstdDecompress } from "node:zlib";

export type Decoder = Gunzip | ZstdDecompress;

/** A way to compress files, told by their first four octets. */
export interface Compression {
  readonly name: string;
  readonly magic: number;
  readonly mask: number;
  /** Undefined where weir can't undo it. */
  readonly decoder?: () => Decoder;
}

/** Octets that a decoder hands out at once; a long match never makes it hold more than a few of these. */
const DECODER = { chunkSize: 64 * 1024 };

const COMPRESSIONS: readonly Compression[] = [
  { name: "gzip", magic: 0x1f8b0000, mask: 0xffff0000, decoder: () => createGunzip(DECODER) },
  { name: "zstd", magic: 0x28b52ffd, mask: 0xffffffff, decoder: () => createZstdDecompress(DECODER) },
  // A skippable frame, RFC 8878, 3.1.2: some writers put one first.
  { name: "zstd", magic: 0x502a4d18, mask: 0xf0ffffff, decoder: () => createZstdDecompress(DECODER) },
  { name: "lz4", magic: 0x04224d18, mask: 0xffffffff },
  { name: "xz", magic: 0xfd377a58, mask: 0xffffffff },
  { name: "bzip2", magic: 0x425a6800, mask: 0xffffff00 },
];

/** By a file's first four octets, read as a big-endian number. */
export function compressionOf(magic: number): Compression | undefined {
  return COMPRESSIONS.find((known) => (magic & known.mask) >>> 0 === known.magic);
}
