/**
 * Every event that programs read, with every field: what `ndjson.ts` says in types, as data. The table
 * in `NDJSON.md` is generated from it (`deno task ndjson`), and the tests hold each line that the
 * program prints to it. The compiler holds both to each other: an event or a field without an entry,
 * or with one of another type, is an error.
 *
 * A new event is one entry here beside its type.
 */
import { ERROR_CODES } from "../errors.ts";
import { PEER_SOURCES } from "../presence/active_peer.ts";
import type { ActivePeerFields, AddressFields, NdjsonLine, SearchFields } from "./ndjson.ts";
import {
  anything,
  count,
  type Fields,
  fieldsFault,
  flag,
  listOf,
  number,
  object,
  orNull,
  text,
  time,
  word,
} from "./ndjson_field.ts";

export interface EventDescription<Line extends NdjsonLine> {
  /** What a line of it says. */
  readonly meaning: string;
  /** Names of commands; `every` for what any of them may print. */
  readonly printedBy: readonly string[] | "every";
  readonly fields: Fields<Line>;
}

const peerId = text("the peer id: who it is");
const name = text("the name to show");
const classic = flag("a peer without a key: plain text, and nobody knows who it is");
const unanswerable = flag("it is `sent`, and nothing more can be known");
const nobodyYet = "nobody has answered at `address` yet";
const waitingAddress = orNull(
  text("multiaddr of a recipient that nobody has answered at yet"),
  "the peer is known",
);
const at = orNull(time("when it happened, by the clock of the node"));
const state = word(
  ["queued", "sent", "delivered", "read", "refused", "cancelled"],
  "where an own message is",
);
const path = word(["direct", "relayed"], "how the connection runs");
const roundTrip = orNull(number("the last round trip, ms"), "not measured yet");
const connectedSince = orNull(time("when the connection was opened"));
const lastSeen = orNull(time("when something last came from it"));
const reason = orNull(text("why it was refused, in the words of the other side"));

const activePeer: Fields<ActivePeerFields> = {
  peerId,
  name,
  classic,
  address: text("multiaddr of the connection"),
  path,
  roundTripMs: roundTrip,
  source: word(PEER_SOURCES, "how it came to be known"),
  connectedSince,
  lastSeen,
};

const search: Fields<SearchFields> = {
  attempts: count("dials and deliveries tried since messages wait"),
  lastTried: orNull(time("when it was last tried"), "never"),
  lastError: orNull(text("why that failed, for a person")),
  nextAttempt: orNull(time("when it is tried next"), "no node runs, or it is being tried"),
};

const dialledAddress: Fields<AddressFields> = {
  address: text("multiaddr"),
  lastTried: orNull(time("when it was last dialled"), "never"),
  lastError: orNull(text("why that failed, for a person")),
  lastWorked: orNull(time("when it last worked")),
};

/** All events, in the order in which the documentation has them. */
export const NDJSON_EVENTS: {
  readonly [Event in NdjsonLine["event"]]: EventDescription<
    Extract<NdjsonLine, { readonly event: Event }>
  >;
} = {
  ready: {
    meaning: "The node runs; what happens from now on is printed. The first line.",
    printedBy: ["listen", "events"],
    fields: {
      name: text("what this node calls itself"),
      peerId: text("the peer id of this node"),
      addresses: listOf(text("multiaddrs that it listens on, with its peer id at the end")),
      port: count("the port that it listens on"),
      profile: text("the profile"),
    },
  },
  message: {
    meaning: "A message: one that arrives, or one of the history.",
    printedBy: ["listen", "events", "history", "pipe"],
    fields: {
      id: text("the message, together with who wrote it"),
      direction: word(["in", "out"], "`out`: written here"),
      peerId: orNull(peerId, nobodyYet),
      name: orNull(name, nobodyYet),
      classic,
      address: waitingAddress,
      text: text("the whole text, as its author wrote it"),
      sentAt: orNull(time("by the clock of its author"), "that is no time"),
      receivedAt: orNull(time("when it was saved here"), "an own message"),
      state: orNull(state, "not an own message"),
      stateAt: orNull(time("when it came to this state"), "not an own message"),
      unanswerable: orNull(unanswerable, "not an own message"),
      reason,
      position: count("its place in the history here, upwards from 1; for `history --after`"),
      replyTo: orNull(text("id of the message that it answers")),
    },
  },
  state: {
    meaning: "An own message was queued, or got further.",
    printedBy: ["listen", "events", "history", "pipe", "send"],
    fields: {
      id: text("the message"),
      peerId: orNull(peerId, nobodyYet),
      name: orNull(name, nobodyYet),
      classic,
      address: waitingAddress,
      state,
      stateAt: orNull(time("when it came to this state")),
      unanswerable,
      reason,
    },
  },
  "peer-up": {
    meaning: "A peer is connected and answers.",
    printedBy: ["listen", "events", "peers"],
    fields: { at, ...activePeer },
  },
  "peer-down": {
    meaning: "A peer is gone.",
    printedBy: ["listen", "events", "peers"],
    fields: {
      at,
      ...activePeer,
      departure: word(
        ["goodbye", "closed", "lost"],
        "it said goodbye, it closed the connection, or nothing came from it any more",
      ),
    },
  },
  notice: {
    meaning: "Worth knowing; nothing failed.",
    printedBy: ["listen", "events"],
    fields: { at, message: text("for a person") },
  },
  error: {
    meaning: "The command failed. The last line.",
    printedBy: "every",
    fields: {
      at: orNull(time("when the command ended for it")),
      code: word([...ERROR_CODES, "unexpected"], "what kind of failure it is"),
      message: text("what is wrong, for a person"),
      hint: orNull(text("what to do next, for a person")),
      causes: listOf(text("with `--verbose`: what it came from, the nearest first")),
    },
  },
  peer: {
    meaning: "A peer that is active, or with `--known` one that is remembered.",
    printedBy: ["peers"],
    fields: {
      connected: orNull(flag("whether it is connected"), "not looked at (`--known`)"),
      peerId,
      name,
      classic,
      address: orNull(
        text("multiaddr of the connection, or the one that worked last"),
        "none is known",
      ),
      path: orNull(path, "not connected"),
      roundTripMs: roundTrip,
      source: text("how it came to be known, as in `peer-up`"),
      connectedSince,
      lastSeen,
    },
  },
  result: {
    meaning: "What became of one thing that the command was to do.",
    printedBy: ["send", "connect", "outbox"],
    fields: {
      target: text("whom it is about, as it was written, or the address that was tried"),
      ok: flag("it got where it should"),
      peerId: orNull(peerId),
      name: orNull(name),
      classic,
      address: orNull(text("multiaddr")),
      id: orNull(text("the message")),
      state: orNull(state),
      unanswerable,
      elapsedMs: orNull(
        number("from saving, or from the start of `outbox retry`, to the state, ms"),
      ),
      reason: orNull(text("why not, or what to know although it worked, for a person")),
    },
  },
  outbox: {
    meaning: "An own message that is not delivered yet.",
    printedBy: ["outbox"],
    fields: {
      id: text("the message"),
      peerId: orNull(peerId, nobodyYet),
      name: orNull(name, nobodyYet),
      classic,
      address: waitingAddress,
      text: text("the whole text"),
      state,
      queuedAt: orNull(time("when it was saved")),
      ...search,
    },
  },
  why: {
    meaning: "How it stands with reaching a peer, and what would help.",
    printedBy: ["why"],
    fields: {
      target: text("whom it is about, as it was written"),
      peerId: orNull(peerId, nobodyYet),
      name: orNull(name, nobodyYet),
      classic,
      connected: orNull(
        flag("whether it is connected"),
        "only the process that runs the node knows",
      ),
      address: orNull(text("multiaddr of the connection, or the one that was meant")),
      path: orNull(path, "not connected"),
      roundTripMs: roundTrip,
      connectedSince,
      lastSeen,
      addresses: listOf(
        object(dialledAddress, "all addresses that are known, the one that worked last first"),
      ),
      waiting: count("messages that wait for it"),
      owner: orNull(
        text("which process owns the profile, for a person"),
        "none, so this one tried",
      ),
      advice: listOf(text("what would help, in sentences for a person")),
      ...search,
    },
  },
  identity: {
    meaning: "Who this profile is.",
    printedBy: ["id"],
    fields: {
      name: text("what it calls itself"),
      peerId: text("its peer id"),
      fingerprint: text("its key in short, to compare"),
      addresses: listOf(text("multiaddrs that `listen` would listen on, with the peer id")),
      profile: text("the profile"),
      folder: text("where the profile is"),
    },
  },
  setting: {
    meaning: "One setting, and where its value comes from.",
    printedBy: ["config"],
    fields: {
      key: text("its name in the settings"),
      value: anything("its value"),
      origin: word(["flag", "environment", "file", "default"], "what set it"),
      from: orNull(text("the flag, the variable or the file"), "the default"),
    },
  },
  contact: {
    meaning: "One contact, as it is now; of one that was removed, as it was.",
    printedBy: ["contact"],
    fields: {
      peerId,
      name,
      classic,
      alias: orNull(text("what this person calls it"), "it has none"),
      note: orNull(text("what this person wrote about it"), "nothing"),
      fingerprint: orNull(text("12 groups of five digits"), "it has no key"),
      verifiedAt: orNull(time("when this person compared the fingerprints"), "not yet"),
      blockedAt: orNull(time("since when it is refused"), "it is not"),
      lastSeen: orNull(time("`contact list`: when it was last here"), "never, or not looked at"),
      change: orNull(
        word(["added", "changed", "unchanged", "removed", "skipped"], "what became of it"),
        "it was only looked at",
      ),
      reason: orNull(text("why it was skipped, for a person")),
    },
  },
  check: {
    meaning: "One thing that was looked at.",
    printedBy: ["doctor"],
    fields: {
      check: text("what: `profile`, `settings`, `identity`, `port`, ..."),
      status: word(
        ["ok", "warning", "bad", "skipped"],
        "`skipped`: it could not, or need not, be looked at",
      ),
      message: text("what was found, for a person"),
      hint: orNull(text("what to do, for a person")),
    },
  },
};

/**
 * What is wrong with a line that was printed; undefined: nothing.
 * @param command that printed it; undefined: not known, or none that programs use
 */
export function lineFault(line: unknown, command?: string): string | undefined {
  if (typeof line !== "object" || line === null) return "is no object";
  const [first] = Object.entries(line);
  if (first?.[0] !== "event") return "does not begin with its event";
  const description = new Map<unknown, EventDescription<NdjsonLine>>(Object.entries(NDJSON_EVENTS))
    .get(first[1]);
  if (description === undefined) return "has no entry in NDJSON_EVENTS";
  const { printedBy, fields } = description;
  if (command !== undefined && printedBy !== "every" && !printedBy.includes(command)) {
    return `is not said to be printed by ${command}`;
  }
  return fieldsFault(line, fields, ["event"]);
}
