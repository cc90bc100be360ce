/**
 * Whether this machine can listen somewhere, tried on the spot, so that a wrong answer is told while
 * the question is open. Somebody else may still take the port before the node does.
 */
import type { ListenProbe } from "../commands/config/setting_questions.ts";

/** Ports that are tried after a taken one: enough for a classroom on one machine. */
const PORTS_TRIED = 100;
const LAST_PORT = 65_535;

/** @returns one line: why not; undefined where it works */
export function probeListen(host: string, port: number): string | undefined {
  try {
    Deno.listen({ hostname: host, port }).close();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      return `port ${port} is in use by another program`;
    }
    if (error instanceof Deno.errors.AddrNotAvailable) return `this machine has no address ${host}`;
    if (error instanceof Deno.errors.PermissionDenied) return `not allowed to use port ${port}`;
    return `cannot listen on ${host}, port ${port}`;
  }
}

/** @returns `port`, or the first one after it that is free; `port` where none is */
export function nextFreePort(host: string, port: number, probe: ListenProbe): number {
  const last = Math.min(port + PORTS_TRIED, LAST_PORT);
  for (let candidate = port; candidate <= last; candidate++) {
    if (probe(host, candidate) === undefined) return candidate;
  }
  return port;
}
