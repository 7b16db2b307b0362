/** There is no program to start. */
export class BinaryNotFound extends Error {}
/** The server did not start; the message has what it said. */
export class StartError extends Error {}
/** The server ended while it was needed; the message has what it said last. */
export class ServerDied extends Error {}
/** The shop refused what was asked of it; the message says why and what to do. */
export class ControlError extends Error {
  readonly problem?: Problem;
}

/** The program's path: named by MOCKGENTO_BIN, of this platform's package, or on the path. */
export function findBinary(): string;

export interface ServerOptions {
  /** A seed file, or the name of a shop that comes with the program: corner-shop, big. */
  seed?: string;
  /** Release of the OroCRM bridge, or "none". */
  bridge?: string;
  /** Which Magento or OpenMage it poses as. */
  flavor?: string;
  /** WS-I document/literal instead of RPC/encoded. */
  wsi?: boolean;
  /** Freezes the shop's clock there, such as 2026-01-31T09:00:00Z. */
  now?: string;
  /** The API user, who may do everything. */
  user?: string;
  /** The user's key; made up when it is left out. */
  key?: string;
  /** Address and port; port 0, the default, takes any free one. */
  listen?: string;
  /** More arguments of `mockgento serve`. */
  args?: readonly string[];
  /** Called with the shop after each start; what it leaves is what each test begins with. */
  prepare?: (shop: Shop) => unknown;
  /** How long the start may take. */
  startMs?: number;
}

/** `mockgento serve` on a free port of this machine; it ends with stop(), and when this process ends in any way. */
export class Server {
  constructor(options?: ServerOptions);
  readonly shop: Shop;
  readonly pid: number | undefined;
  readonly isRunning: boolean;
  start(): Promise<Shop>;
  /** The shop as it was started, whatever was done to it; of a new server where the last one died. */
  fresh(): Promise<Shop>;
  stop(): Promise<void>;
  /** As stop(), for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
  remedy: string;
}

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Fields = { [column: string]: string | number | boolean | null };
export type Row = { [column: string]: Json };

export interface Request {
  number: number;
  /** By the shop's clock. */
  at: string;
  /** The operation; "wsdl" for a download of the WSDL. */
  operation: string;
  arguments: { [name: string]: Json };
  outcome: {
    rows?: number;
    record?: number;
    scalar?: "nil" | "bool" | "int" | "double" | "text";
    fault?: { code: string; string: string };
    wsdl?: number;
    page?: number;
  };
  http_status: number;
  disruptions?: string[];
  /** The stub that answered, by its name. */
  stub?: string;
  why?: string;
  /** Both messages, masked; of a single request only. */
  request?: string;
  answer?: string;
}

export interface RequestFilter {
  operation?: string;
  outcome?: "value" | "fault" | "wsdl" | "page";
  since?: string;
  after?: number;
  limit?: number;
}

export interface Table {
  name: string;
  key: string;
  rows: number;
}

export interface Clock {
  now: string;
  runs: boolean;
}

export interface Settings {
  wsi?: boolean;
  bridge?: string;
  flavor?: string;
  web_server?: "fpm" | "built-in";
  configuration?: { [path: string]: string };
}

/** What is to be set; the rest stays. */
export interface SettingsChange {
  wsi?: boolean;
  bridge?: string;
  flavor?: string;
  web_server?: "fpm" | "built-in";
  configuration?: { [path: string]: string | number | boolean };
}

export interface When {
  operation?: string;
  arguments?: Conditions;
  nth?: number;
  every?: number;
  page?: number;
  session?: number;
  from?: string;
  until?: string;
  percent?: number;
  seed?: number;
}

export type Disruption =
  | "expire-sessions" | "session-expired" | "access-denied" | "internal-error" | "fault-afterwards" | "empty-page"
  | "single-row" | "duplicate-row" | "last-page-again" | "html-page" | "truncated-xml" | "php-warning" | "byte-order-mark"
  | "wrong-charset" | "invalid-utf8" | "control-character" | "empty-body" | "no-date" | "gzip" | "refused" | "tls-failure"
  | "half-open" | "garbage"
  | { fault: { code: string; string?: string } }
  | { "missing-element": string }
  | { "wrong-type": string }
  | { "date-skew": number }
  | { status: number }
  | { redirect: string }
  | { "content-length": number }
  | { reset: { after_bytes: number } }
  | { close: { after_bytes: number } }
  | { stall: { after_bytes: number } }
  | { drip: { bytes: number; every_seconds: number } };

export interface Armed {
  id: number;
  name: string;
  /** How often it may still strike; null is until it is disarmed. */
  left: number | null;
  disruption: Disruption;
  when?: When;
}

/** What arguments are like: values, or conditions such as { regex: "@example" }. */
export type Conditions = { [name: string]: Json };

export interface Wanted {
  /** How often exactly; left out: once or more. */
  times?: number;
  /** Arguments that are among the call's. */
  with?: Conditions;
}

export interface WantedCalls {
  /** The operation, or "any". */
  to: string;
  with?: Conditions;
  /** "ok", "3 rows", or such as { contains: "fault 5" }. */
  answered?: string | number | boolean | { [word: string]: Json };
  count?: number | { "at least"?: number; "at most"?: number };
}

/** What an operation answers before the shop does. */
export interface Stub {
  name?: string;
  when?: Conditions;
  answer?: Json;
  "rows of"?: string;
  "insert into"?: string;
  with?: { [name: string]: Json };
  fault?: string | { code: number | string; string?: string };
  delay?: string;
  times?: number;
  then?: Json[];
}

export interface KnownStub {
  id: number;
  name: string;
  operation: string;
  when?: Conditions;
  /** How often it answered. */
  called: number;
  used_up: boolean;
}

/** A running fake shop: the client of its control API. */
export class Shop {
  /** A shop that somebody else started; token: the one of --admin-token, for one on another machine or in a container. */
  static at(url: string, access?: { user?: string; key?: string; token?: string }): Promise<Shop>;
  /** The shop's base URL. */
  readonly url: string;
  /** What clients are configured with. */
  readonly wsdl: string;
  readonly user: string;
  readonly key: string;
  /** Whether resets go back to another seed than the one it was started on. */
  readonly hasOtherSeed: boolean;

  health(): Promise<{ status: "ok"; version: string; url: string; wsdl: string }>;
  /** Requests received, oldest first. */
  requests(filter?: RequestFilter): Promise<Request[]>;
  /** One request with both messages. */
  request(number: number): Promise<Request>;
  forgetRequests(): Promise<void>;
  /** Fails unless these calls came; how many of each there were. */
  verify(calls: WantedCalls[], how?: { inOrder?: boolean; nothingElse?: boolean; after?: number }): Promise<number[]>;
  /** Fails unless the operation was called so; the message tells of the calls that come nearest. */
  assertCalled(operation: string, wanted?: Wanted): Promise<void>;
  assertNotCalled(operation: string, wanted?: Pick<Wanted, "with">): Promise<void>;
  /** Fails when a call was answered with a fault or an error page, and tells why. */
  assertNoFaults(): Promise<void>;

  /** Tables by Magento's names; without names all that have rows. */
  state(...tables: (string | { containing?: string; offset?: number; limit?: number })[]): Promise<{ [table: string]: Row[] }>;
  rows(table: string): Promise<Row[]>;
  tables(): Promise<Table[]>;
  /** Any edit of the control API; the record's key. */
  edit(edit: { [name: string]: Json }): Promise<number>;
  create(table: string, fields: Fields): Promise<number>;
  update(table: string, id: number, fields: Fields): Promise<void>;
  delete(table: string, id: number): Promise<void>;
  /** Sets a value of Magento's configuration, such as general/locale/timezone. */
  configure(path: string, value: string | number | boolean): Promise<void>;
  /** Puts the shop back as it was started. */
  reset(): Promise<void>;
  /** Opens the shop on another seed, which resets go back to from now on. */
  loadSeed(seed: { [table: string]: Json }): Promise<void>;

  /** Keeps the state of the shop under a name. */
  saveCheckpoint(name: string): Promise<void>;
  /** Goes back to a state that was kept; requests stay. */
  restoreCheckpoint(name: string): Promise<void>;
  checkpoints(): Promise<{ name: string; at: string }[]>;
  deleteCheckpoint(name: string): Promise<void>;

  /** What an operation answers before the shop does; its id. */
  stub(operation: string, stub: Stub): Promise<number>;
  stubs(): Promise<KnownStub[]>;
  removeStub(id: number): Promise<void>;
  clearStubs(): Promise<void>;
  /** Installs a module from the texts of its files. */
  installModule(name: string, files: { "api.xml"?: string; "wsdl.xml"?: string; "wsi.xml"?: string }): Promise<Json>;
  modules(): Promise<{ operations: Json[] }>;

  /** Arms a disruption for the next call, or for those that the conditions name; its id. */
  disrupt(disruption: Disruption, when?: When & { times?: number }): Promise<number>;
  disruptions(): Promise<Armed[]>;
  disarm(id: number): Promise<void>;
  clearDisruptions(): Promise<void>;

  clock(): Promise<Clock>;
  setClock(change: { now?: string; advance?: string; runs?: boolean }): Promise<Clock>;
  /** Lets time pass, such as "90s" or "2 days". */
  advance(by: string): Promise<void>;
  settings(): Promise<Settings>;
  changeSettings(settings: SettingsChange): Promise<Settings>;
}
