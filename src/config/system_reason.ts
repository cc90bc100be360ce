/**
 * Says why the operating system refused a file operation, in words for people: the part of a Deno
 * error's text that is the system's own, without error number, call name and path.
 */

/** @returns for instance `Permission denied`; for anything unforeseen the error's text as it is */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, reason] = /^(.+?) \(os error \d+\)/.exec(error.message) ?? [];
  return reason ?? error.message;
}
