/** Whether the database is sound, and what waits in it. It is opened for reading only. */
import { ChatError } from "../../errors.ts";
import { inspectDatabase, type Inspection } from "../../history/inspect.ts";
import { failed, type Outcome, type Subject } from "./finding.ts";

/** @returns what was found, and the database where it could be read */
export function checkDatabase(
  { profile }: Pick<Subject, "profile">,
): { outcome: Outcome; inspection: Inspection | undefined } {
  let inspection: Inspection | undefined;
  try {
    inspection = inspectDatabase(profile.databaseFile);
  } catch (error) {
    const busy = error instanceof ChatError && error.code === "storage-busy";
    return { outcome: failed(error, busy ? "warning" : "bad"), inspection };
  }
  return { outcome: describe(inspection), inspection };
}

function describe(inspection: Inspection | undefined): Outcome {
  if (inspection === undefined) {
    return { status: "skipped", message: "none yet; the first start makes it" };
  }
  const { schema, isOutdated, messages, waiting } = inspection;
  const parts = [
    "sound",
    `schema ${schema}${isOutdated ? " (the next start brings it up to date)" : ""}`,
    `${messages} ${messages === 1 ? "message" : "messages"}`,
    `${waiting === 0 ? "none" : waiting} waiting to be delivered`,
  ];
  return { status: "ok", message: parts.join(", ") };
}
