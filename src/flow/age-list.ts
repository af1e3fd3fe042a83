/** A member of an AgeList knows its neighbours, so that it leaves without a search. */
export interface Aged {
  older: Aged | undefined;
  newer: Aged | undefined;
}

/**
 * Members in the order in which they came. A Set would do, but that V8 steps over all that were deleted from
 * it to find its first, which in a flood is most of the time.
 */
export class AgeList<Member extends Aged> {
  #oldest: Member | undefined;
  #newest: Member | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): Member | undefined {
    return this.#oldest;
  }

  add(member: Member): void {
    member.older = this.#newest;
    member.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = member;
    this.#oldest ??= member;
    this.#newest = member;
    this.#size += 1;
  }

  /** Of a member of this list only. */
  remove(member: Member): void {
    const { older, newer } = member;
    if (older === undefined) this.#oldest = newer as Member | undefined;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older as Member | undefined;
    else newer.older = older;
    member.older = undefined;
    member.newer = undefined;
    this.#size -= 1;
  }

  *[Symbol.iterator](): Generator<Member> {
    for (let member = this.#oldest; member !== undefined; member = member.newer as Member | undefined) yield member;
  }
}
