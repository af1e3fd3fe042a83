/**
 * A savefile that can't be read, or not to its end. Every packet before the fault has been delivered.
 * The message is one line: file, packet and reason.
 */
export class SavefileFault extends Error {
  override readonly name = "SavefileFault";
  readonly file: string;
  /** The packet at which the file breaks, counted from 1; undefined where the file could not even be opened. */
  readonly packet: number | undefined;
  readonly reason: string;

  constructor(file: string, packet: number | undefined, reason: string, options?: ErrorOptions) {
    super(packet === undefined ? `${file}: ${reason}` : `${file}: packet ${packet}: ${reason}`, options);
    this.file = file;
    this.packet = packet;
    this.reason = reason;
  }
}
