import { type Headers, Protocol } from "../packet/headers.ts";
import { Associations } from "./associations.ts";
import type { Connection, FlowEvent, TransportProtocol } from "./connection.ts";
import { Crowds } from "./crowds.ts";
import { DeadlineWheel } from "./deadline-wheel.ts";
import type { FlowSettings } from "./flow-settings.ts";
import { exchangeSides, joinViews } from "./join-views.ts";
import { KnownViews } from "./known-views.ts";
import { RecentSegments } from "./recent-segments.ts";
import { type IsSame, TokenIndex } from "./token-index.ts";
import { type TrackedConnection, type TrackedView, UNSEEN } from "./tracked.ts";
import { TrackedPool } from "./tracked-pool.ts";
import { isFromClient } from "./view-index.ts";

/** More views of one connection than any node shows: past it a new one is a connection of its own. */
const MAX_VIEWS = 8;

export interface TableDependencies {
  readonly settings: FlowSettings;
  readonly emit: (event: FlowEvent) => void;
  readonly record: (connection: TrackedConnection) => Connection;
  /** Nothing has come for this connection until its deadline. */
  readonly onSilence: (connection: TrackedConnection, nowUs: number) => void;
  /** Seed of the hash, from a random source. */
  readonly seed: number;
}

/**
 * The connections that are known at this moment, each under all its views, and when each is to be looked
 * at again. What a packet means is decided in tcp.ts, udp.ts, sctp.ts and icmp-error.ts, what it means that
 * none comes in silence.ts; the table keeps the books: bounded, every connection told exactly once as closed.
 */
export class ConnectionTable {
  readonly settings: FlowSettings;
  readonly recent = new RecentSegments();
  readonly associations = new Associations();
  readonly views: KnownViews;
  readonly #emit: (event: FlowEvent) => void;
  readonly #record: (connection: TrackedConnection) => Connection;
  readonly #tokens: TokenIndex;
  readonly #pool = new TrackedPool();
  readonly #crowds: Crowds;
  readonly #wheel: DeadlineWheel<TrackedConnection>;
  #evicted = 0;

  constructor(dependencies: TableDependencies) {
    this.settings = dependencies.settings;
    this.#emit = dependencies.emit;
    this.#record = dependencies.record;
    this.views = new KnownViews(dependencies.seed, this.#pool);
    this.#tokens = new TokenIndex(dependencies.seed);
    this.#crowds = new Crowds(dependencies.settings, dependencies.seed);
    this.#wheel = new DeadlineWheel(dependencies.onSilence);
  }

  get size(): number {
    return this.#crowds.size;
  }

  get hasRoomForOlder(): boolean {
    return this.#crowds.hasRoomForInferred;
  }

  get evicted(): number {
    return this.#evicted;
  }

  /** A connection not seen before, with the sender of this packet as its client, or as its server. */
  open(headers: Headers, sender: "client" | "server"): TrackedView {
    const { timeUs } = headers;
    const connection = this.#pool.takeConnection(transportProtocol(headers.protocol), timeUs);
    const view = this.views.add(connection, headers, sender);
    beginViews(connection, view);
    this.#crowds.add(connection, view);
    this.#makeRoom();
    return view;
  }

  /** A connection whose beginning was not seen: its client is merely who spoke first. */
  openLate(headers: Headers): TrackedView {
    const view = this.open(headers, "client");
    view.connection.phase = "joined late";
    view.connection.isLate = true;
    view.connection.outcome = "inferred";
    this.schedule(view.connection, headers.timeUs + this.settings.lateIdleUs);
    return view;
  }

  /** One more view of a connection, whose sender of this packet is its client, or its server. Undefined where it has too many. */
  addView(connection: TrackedConnection, headers: Headers, sender: "client" | "server"): TrackedView | undefined {
    if (connection.views.length >= MAX_VIEWS) return undefined;
    const view = this.views.add(connection, headers, sender);
    connection.views.push(view);
    view.clientToken = connection.clientToken;
    view.serverToken = connection.serverToken;
    return view;
  }

  /** The sender of this packet is the client, or the server, whoever spoke first. */
  orient(view: TrackedView, headers: Headers, sender: "client" | "server"): TrackedView {
    if (isFromClient(view, headers) !== (sender === "client")) exchangeSides(view.connection);
    return view;
  }

  /** What was joined late has been seen to begin. */
  beginAnew(connection: TrackedConnection, timeUs: number): void {
    if (connection.clientToken !== UNSEEN) this.#tokens.remove(connection);
    connection.clientToken = UNSEEN;
    connection.serverToken = UNSEEN;
    for (const view of connection.views) view.serverToken = UNSEEN;
    connection.isLate = false;
    connection.phase = "attempted";
    connection.outcome = "unanswered";
    connection.startUs = timeUs;
  }

  /** Makes the connection findable by what its client chose. */
  index(view: TrackedView, clientToken: number): void {
    for (const each of view.connection.views) each.clientToken = clientToken;
    view.connection.clientToken = clientToken;
    this.#tokens.add(view.connection);
  }

  /** The client chose another token than was thought. */
  reindex(view: TrackedView, clientToken: number): void {
    this.#tokens.remove(view.connection);
    this.index(view, clientToken);
  }

  /**
   * Gives this view to the connection of the same token that `isSame` accepts, if there is one: both are
   * views of one connection. The view's own connection must not have been told.
   */
  joinByToken(view: TrackedView, isSame: IsSame): boolean {
    const own = view.connection;
    const other = this.#tokens.find(view, isSame, this.settings.joinUs);
    return other !== undefined && this.merge(own, other);
  }

  /** All views of `own`, which was not told, become views of `other`, unless that has too many. */
  merge(own: TrackedConnection, other: TrackedConnection): boolean {
    if (other.views.length + own.views.length > MAX_VIEWS) return false;
    this.#forget(own);
    joinViews(own, other);
    this.#pool.freeConnection(own);
    return true;
  }

  /** Takes a view that was joined in error out of its connection, into one of its own. */
  split(view: TrackedView, timeUs: number): TrackedConnection {
    const from = view.connection;
    from.views.splice(from.views.indexOf(view), 1);
    const connection = this.#pool.takeConnection(from.protocol, timeUs);
    beginViews(connection, view);
    view.connection = connection;
    this.#crowds.add(connection, view);
    this.index(view, view.clientToken);
    this.#makeRoom();
    return connection;
  }

  /** The connection is real. It is told as open unless it ends before it has settled. */
  prove(connection: TrackedConnection, timeUs: number): void {
    connection.phase = "open";
    connection.outcome = "established";
    this.#crowds.move(connection, "proven");
    this.schedule(connection, timeUs + this.settings.settleUs);
  }

  proveOnce(connection: TrackedConnection, timeUs: number): void {
    if (connection.phase === "attempted" || connection.phase === "agreed") this.prove(connection, timeUs);
  }

  /** What proved the connection has turned out to prove nothing: it stands where it stood before. */
  retract(connection: TrackedConnection): void {
    connection.phase = "agreed";
    connection.outcome = "half-open";
    this.#crowds.move(connection, "unproven");
  }

  /** A connection that was joined late is alive: it is told as open unless it ends before it has settled. */
  believe(connection: TrackedConnection, timeUs: number): void {
    connection.isAlive = true;
    this.#crowds.move(connection, "inferred");
    this.schedule(connection, timeUs + this.settings.settleUs);
  }

  /** Tells the connection as open, once. */
  announce(connection: TrackedConnection): void {
    if (connection.isAnnounced) return;
    connection.isAnnounced = true;
    this.#emit({ kind: "opened", connection: this.#record(connection) });
  }

  /** Only the connection's end can still prove it. */
  setAside(connection: TrackedConnection): void {
    this.#crowds.move(connection, "doubted");
  }

  /** Whether the server's silence proves nothing. */
  isSilenceEmpty(connection: TrackedConnection, nowUs: number): boolean {
    return this.#crowds.isSilenceEmpty(connection, nowUs);
  }

  /** The server has had to ask again. */
  noteRepeat(view: TrackedView, timeUs: number): void {
    this.#crowds.noteRepeat(view, timeUs);
  }

  schedule(connection: TrackedConnection, deadlineUs: number): void {
    connection.deadlineUs = deadlineUs;
    this.#wheel.add(connection);
  }

  /** The connection is over; it is told after a short wait for other views of its last packets. */
  end(connection: TrackedConnection, timeUs: number): void {
    connection.phase = "ending";
    this.schedule(connection, timeUs + this.settings.lingerUs);
  }

  /** Tells the connection as it stands, and forgets it: what comes of it now is of another. */
  retire(connection: TrackedConnection): void {
    this.#tell(connection);
    this.drop(connection);
  }

  /** Tells the connection, which is over; what still comes of it is a straggler. */
  close(connection: TrackedConnection, nowUs: number): void {
    this.views.noteTold(connection, nowUs + this.settings.strayUs);
    this.retire(connection);
  }

  /** Forgets a connection that was told. */
  drop(connection: TrackedConnection): void {
    this.#forget(connection);
    this.views.drop(connection);
    this.#pool.freeConnection(connection);
  }

  advance(nowUs: number): void {
    this.#wheel.advance(nowUs);
  }

  /** Tells all that is left, oldest first. */
  finish(): void {
    const left = this.#crowds.all().sort((a, b) => a.startUs - b.startUs);
    for (const connection of left) this.#leave(connection);
  }

  /** Tells the connection, which may go on, as it stands. */
  #leave(connection: TrackedConnection): void {
    const goesOn = connection.phase === "open" || (connection.phase === "joined late" && connection.isAlive);
    if (!goesOn) return this.retire(connection);
    this.#emit({ kind: "closed", connection: this.#record(connection), endUnseen: true });
    this.drop(connection);
  }

  #forget(connection: TrackedConnection): void {
    connection.phase = "gone";
    connection.deadlineUs = Number.POSITIVE_INFINITY;
    this.#wheel.remove(connection);
    this.#crowds.remove(connection);
    if (connection.clientToken !== UNSEEN) this.#tokens.remove(connection);
  }

  #tell(connection: TrackedConnection): void {
    this.#emit({ kind: "closed", connection: this.#record(connection) });
  }

  #makeRoom(): void {
    const surplus = this.#crowds.surplus();
    if (surplus === undefined) return;
    this.#evicted += 1;
    this.#leave(surplus);
  }
}

/** The view is the connection's first. A list of one is used again: a new one gets room for seventeen. */
function beginViews(connection: TrackedConnection, view: TrackedView): void {
  if (connection.views.length === 1) connection.views[0] = view;
  else connection.views = [view];
}

function transportProtocol(protocol: number): TransportProtocol {
  if (protocol === Protocol.TCP) return "TCP";
  return protocol === Protocol.UDP ? "UDP" : "SCTP";
}
