/** What the tests look for in the lines of a process; each fits `Running.find()`. */
import type {
  MessageLine,
  NdjsonLine,
  NoticeLine,
  PeerDownLine,
  PeerUpLine,
  ReadyLine,
  ResultLine,
  StateLine,
} from "../../src/commands/ndjson.ts";
import { gotThere } from "./ledger.ts";

export function ready(line: NdjsonLine): ReadyLine | undefined {
  return line.event === "ready" ? line : undefined;
}

/** A message with this text arrived. */
export function arrived(text: string): (line: NdjsonLine) => MessageLine | undefined {
  return (line) => line.event === "message" && line.text === text ? line : undefined;
}

export function peerUp(peerId: string): (line: NdjsonLine) => PeerUpLine | undefined {
  return (line) => line.event === "peer-up" && line.peerId === peerId ? line : undefined;
}

export function peerDown(peerId: string): (line: NdjsonLine) => PeerDownLine | undefined {
  return (line) => line.event === "peer-down" && line.peerId === peerId ? line : undefined;
}

/** The own message was acknowledged; one that was shown meanwhile may go straight to `read`. */
export function delivered(id: string): (line: NdjsonLine) => StateLine | undefined {
  return (line) => line.event === "state" && line.id === id && gotThere(line) ? line : undefined;
}

/** An own message was shown there. */
export function read(line: NdjsonLine): StateLine | undefined {
  return line.event === "state" && line.state === "read" ? line : undefined;
}

export function notice(line: NdjsonLine): NoticeLine | undefined {
  return line.event === "notice" ? line : undefined;
}

export function result(line: NdjsonLine): ResultLine | undefined {
  return line.event === "result" ? line : undefined;
}
