/** Where in a savefile something is wrong. */
export interface SavefilePlace {
  /** Counted from 1. */
  readonly packet: number;
  /** Octets of the capture before the place, counted after decompression. */
  readonly octet: number;
  readonly isCompressed: boolean;
}

/**
 * A savefile that can't be read, or not to its end. Every packet before the fault has been delivered.
 * The message is one line: file, packet, reason and place.
 */
export class SavefileFault extends Error {
  override readonly name = "SavefileFault";
  readonly file: string;
  /** Undefined where the file could not even be opened. */
  readonly place: SavefilePlace | undefined;
  readonly reason: string;

  constructor(file: string, place: SavefilePlace | undefined, reason: string, options?: ErrorOptions) {
    super(place === undefined ? `${file}: ${reason}` : `${file}: ${placed(place, reason)}`, options);
    this.file = file;
    this.place = place;
    this.reason = reason;
  }

  /** The packet at which the file breaks. */
  get packet(): number | undefined {
    return this.place?.packet;
  }
}

function placed({ packet, octet, isCompressed }: SavefilePlace, reason: string): string {
  return `packet ${packet}: ${reason} (at octet ${octet}${isCompressed ? " of the decompressed capture" : ""})`;
}
