import type { IsSame } from "./same-connection.ts";
import type { TrackedConnection, TrackedView } from "./tracked.ts";

/** How many connections of one token a search looks at: a scanner that uses one token for all must not make it long. */
const MAX_LOOKED_AT = 8;

/**
 * Connections by what their client chose and NAT leaves alone, newest first. The key is the token as a signed number:
 * such a one V8 keeps as it is, where one above 2^31 would be an object of its own.
 */
export class TokenIndex {
  readonly #newest = new Map<number, TrackedConnection>();

  add(connection: TrackedConnection): void {
    const next = this.#newest.get(connection.clientToken | 0);
    connection.nextSameToken = next;
    if (next !== undefined) next.previousSameToken = connection;
    this.#newest.set(connection.clientToken | 0, connection);
  }

  remove(connection: TrackedConnection): void {
    const { previousSameToken: previous, nextSameToken: next } = connection;
    if (next !== undefined) next.previousSameToken = previous;
    if (previous !== undefined) previous.nextSameToken = next;
    else if (this.#newest.get(connection.clientToken | 0) === connection)
      this.#replaceNewest(connection.clientToken, next);
    connection.previousSameToken = undefined;
    connection.nextSameToken = undefined;
  }

  /** The newest connection, other than the view's own, of which `isSame` says that this is one more view. */
  find(view: TrackedView, isSame: IsSame, joinUs: number): TrackedConnection | undefined {
    let connection = this.#newest.get(view.clientToken | 0);
    for (let looked = 0; connection !== undefined && looked < MAX_LOOKED_AT; looked++) {
      if (connection !== view.connection && isSame(view, connection, joinUs)) return connection;
      connection = connection.nextSameToken;
    }
    return undefined;
  }

  #replaceNewest(token: number, next: TrackedConnection | undefined): void {
    if (next === undefined) this.#newest.delete(token | 0);
    else this.#newest.set(token | 0, next);
  }
}
