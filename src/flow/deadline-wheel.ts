/** Anything that wants to be looked at when its time has come. */
export interface Timed {
  /** Microseconds since the epoch; infinity for never. May be moved later at any time without telling the wheel. */
  deadlineUs: number;
  /** The wheel's own: where it stands, in tenths of a second since the epoch, -1 for nowhere; and its place there. */
  slot: number;
  position: number;
}

const SLOTS = 1_024;
const SLOT_US = 100_000;

/**
 * Calls back for each member whose deadline has passed, to within a tenth of a second. Moving a deadline later costs
 * nothing: the wheel finds the member in its old slot, sees the new deadline and files it anew. Moving it
 * earlier, or from never, needs `add` again.
 */
export class DeadlineWheel<Member extends Timed> {
  readonly #slots: Member[][] = Array.from({ length: SLOTS }, () => []);
  readonly #onDue: (member: Member, nowUs: number) => void;
  #nowSlot: number | undefined;

  constructor(onDue: (member: Member, nowUs: number) => void) {
    this.#onDue = onDue;
  }

  add(member: Member): void {
    if (member.deadlineUs === Number.POSITIVE_INFINITY) return;
    const due = Math.floor(member.deadlineUs / SLOT_US) + 1;
    const now = this.#nowSlot ?? due - 1;
    // Beyond one turn of the wheel it waits in the farthest slot and is filed anew from there.
    const slot = Math.min(Math.max(due, now + 1), now + SLOTS - 1);
    if (member.slot > now && member.slot <= slot) return;
    this.remove(member);
    member.slot = slot;
    member.position = this.#slots[slot % SLOTS]!.push(member) - 1;
  }

  /** Forgets the member at once, so that the wheel keeps nobody alive who has gone. */
  remove(member: Member): void {
    const members = this.#slots[member.slot % SLOTS];
    member.slot = -1;
    if (members?.[member.position] !== member) return;
    const last = members.pop()!;
    if (last === member) return;
    members[member.position] = last;
    last.position = member.position;
  }

  /** Time never goes back: an earlier `nowUs` than before changes nothing. */
  advance(nowUs: number): void {
    const target = Math.floor(nowUs / SLOT_US);
    const before = this.#nowSlot ?? target;
    if (target < before) return;
    this.#nowSlot = target;
    // Nobody stands farther than one turn ahead: after a long gap one turn visits all, in the order of their slots.
    const last = Math.min(target, before + SLOTS - 1);
    for (let slot = before + 1; slot <= last; slot++) this.#visit(slot % SLOTS, nowUs);
  }

  #visit(index: number, nowUs: number): void {
    const members = this.#slots[index]!;
    if (members.length === 0) return;
    this.#slots[index] = [];
    for (const member of members) {
      if (member.slot % SLOTS !== index) continue; // it was taken out by another's turn
      member.slot = -1;
      if (member.deadlineUs <= nowUs) this.#onDue(member, nowUs);
      this.add(member);
    }
  }
}
