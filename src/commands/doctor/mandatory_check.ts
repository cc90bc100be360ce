/**
 * Whether somebody answers at the address of a mandatory peer. Only a connection is made; who it is
 * that answers is not asked. Classic peers are left alone.
 */
import { multiaddr } from "@multiformats/multiaddr";
import { parseAddress } from "../../config/address.ts";
import { isClassicId } from "../../config/classic_id.ts";
import { ChatError } from "../../errors.ts";
import { dialFailure } from "../../node/dial_failure.ts";
import { formatDuration } from "../../terminal/duration.ts";
import { openSocket } from "../../transport/dial.ts";
import { failed, type Outcome } from "./finding.ts";

/** A peer that takes longer is as good as away; a person waits for this. */
const ANSWER_TIMEOUT_MS = 5_000;

/**
 * @param target as it stands in the settings
 * @throws the signal's reason
 */
export async function checkMandatory(target: string, signal: AbortSignal): Promise<Outcome> {
  if (isClassicId(target)) {
    const message =
      `${target} is not called: an old program may not bear a connection without a word`;
    return { status: "skipped", message };
  }
  const startedAt = performance.now();
  try {
    const { address } = parseAddress(target);
    const socket = await openSocket(multiaddr(address), { signal, timeoutMs: ANSWER_TIMEOUT_MS });
    socket.close();
    const took = formatDuration(performance.now() - startedAt);
    return { status: "ok", message: `${target} answers after ${took}` };
  } catch (error) {
    signal.throwIfAborted();
    return failed(error instanceof ChatError ? error : dialFailure(target, error));
  }
}
