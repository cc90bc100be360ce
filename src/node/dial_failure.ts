/** Why a dial or a listen failed, in words for a person. */
import { ChatError, type ErrorCode } from "../errors.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { BLOCKED_BY_YOU, UNBLOCK_HINT } from "./blocked.ts";
import { TransportError, type TransportErrorCode } from "../transport/mod.ts";

const SOCKET_WORDS: { readonly [Code in TransportErrorCode]?: string } = {
  "connection-refused": "nobody listens there (connection refused)",
  "connection-reset": "the connection was cut",
  "timed-out": "no answer in time",
  "host-unreachable": "there is no way to that host",
  "name-not-found": "the name does not resolve",
  "address-not-available": "this machine cannot use such an address",
  "permission-denied": "not allowed to connect there",
  "too-many-open-files": "too many open files",
};

/** Names of libp2p's errors that say something about the other side. */
const NOT_A_PEER_ERRORS = new Set([
  "EncryptionFailedError",
  "InvalidCryptoExchangeError",
  "MuxerUnavailableError",
  "UnsupportedProtocolError",
  "InvalidMessageError",
  "UnexpectedEOFError",
]);

/** @param target what was dialled, as a person would write it */
export function dialFailure(target: string, cause: unknown): ChatError {
  if (cause instanceof ChatError) return cause;
  const [code, words, hint] = explain(flatten(cause));
  return new ChatError(code, `${sanitise(target)}: ${words}`, { hint, cause });
}

/** Why a dial failed, without the target: one line safe for a terminal. */
export function dialReason(cause: unknown): string {
  if (cause instanceof ChatError) return sanitise(cause.message);
  const [, words] = explain(flatten(cause));
  return words;
}

function explain(errors: readonly Error[]): [code: ErrorCode, words: string, hint: string] {
  if (errors.some(({ message }) => /dial self/i.test(message))) {
    return ["bad-address", "that is this very node", "give the address of another peer"];
  }
  if (
    errors.some(({ name, message }) =>
      name === "UnexpectedPeerError" || /expected.*identity key/.test(message)
    )
  ) {
    return [
      "not-a-peer",
      "another peer than expected answers there",
      "ask for the new address, or leave the peer id out to talk to whoever answers",
    ];
  }
  if (
    errors.some(({ name, message }) =>
      name === "DialDeniedError" || name === "ConnectionInterceptedError" ||
      message.includes("blocked by gater.denyOutbound")
    )
  ) {
    return ["refused", BLOCKED_BY_YOU, UNBLOCK_HINT];
  }
  const socket = errors.find((error) => error instanceof TransportError);
  if (socket instanceof TransportError && socket.code !== "aborted") {
    const words = SOCKET_WORDS[socket.code] ?? sanitise(socket.message);
    return ["unreachable", words, "check the address, and that the other side is running"];
  }
  if (errors.some(({ name }) => NOT_A_PEER_ERRORS.has(name))) {
    return [
      "not-a-peer",
      "something answers there, but it is not p2p-chat",
      "check the port with the other side: `p2p-chat id` shows it",
    ];
  }
  if (errors.some(({ name }) => name === "TimeoutError" || name === "AbortError")) {
    return ["unreachable", "no answer in time", "check that the other side is running"];
  }
  const words = sanitise(errors.map(({ message }) => message).join("; ")) || "it failed";
  return ["unreachable", words, "run again with --verbose to see more"];
}

/** Several addresses fail as one AggregateError; the causes say what happened. */
function flatten(error: unknown): Error[] {
  if (error instanceof AggregateError) return error.errors.flatMap(flatten);
  if (!(error instanceof Error)) return [new Error(String(error))];
  return error.cause === undefined ? [error] : [error, ...flatten(error.cause)];
}

/**
 * Why the node could not listen. libp2p keeps only the text of the first error, so the operating
 * system is asked once more.
 */
export function listenFailure(host: string, port: number, cause: unknown): ChatError {
  const where = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const [words, hint] = explainListen(whyNotListening(host, port), where, port);
  return new ChatError("cannot-listen", words ?? `cannot listen on ${where}: ${firstLine(cause)}`, {
    hint,
    cause,
  });
}

/** The same for the port of the classic protocols, whose flags are others. */
export function classicListenFailure(host: string, port: number, cause: unknown): ChatError {
  const { code, message, hint = "" } = listenFailure(host, port, cause);
  return new ChatError(code, message, {
    hint: hint.replaceAll("--host", "--classic-host").replaceAll("--port", "--classic-port")
      .replace(", or 0 for any free one", ""),
    cause,
  });
}

/** The same port for peers and for classic peers. */
export function samePortFailure(port: number): ChatError {
  return new ChatError(
    "cannot-listen",
    `port ${port} is the one on which peers reach this program`,
    {
      hint: "choose another with --classic-port for the old programs",
    },
  );
}

function explainListen(
  code: TransportErrorCode | undefined,
  where: string,
  port: number,
): [words: string | undefined, hint: string] {
  switch (code) {
    case "address-in-use":
      return [
        `port ${port} is in use by another program`,
        "choose another with --port, or 0 for any free one",
      ];
    case "address-not-available":
      return [
        `this machine has no address like ${where}`,
        "use --host 0.0.0.0 for all IPv4 interfaces, or :: for IPv6",
      ];
    case "permission-denied":
      return [
        `not allowed to listen on ${where}`,
        "ports below 1024 need privileges: choose a higher one with --port",
      ];
    default:
      return [undefined, "choose another address with --host and --port"];
  }
}

function whyNotListening(host: string, port: number): TransportErrorCode | undefined {
  try {
    Deno.listen({ hostname: host, port }).close();
    return undefined;
  } catch (error) {
    return TransportError.from(error, "listen").code;
  }
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return sanitise(text.split("\n").find((line) => line.trim() !== "") ?? text);
}
