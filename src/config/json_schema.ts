/**
 * The schema of the configuration file, for editors: they offer keys and values and mark what is
 * wrong while somebody types. Made from the table in `config.ts`. It refuses nothing that the program
 * accepts; a few things that only the program can tell, such as whether an address makes sense, it
 * lets through. Pure.
 */
import { CONFIG_KEYS, CONFIG_TABLE, type ConfigKey, configValueToJson } from "./config.ts";

/** The key by which a file names its schema. It is no setting. */
export const SCHEMA_KEY = "$schema";
/** The schema's file, in the same folder as the configuration file. */
export const SCHEMA_FILE = "config.schema.json";

/** Words of JSON Schema about one value. */
type Schema = Readonly<Record<string, unknown>>;

/** @returns a JSON Schema of draft 7, which is what most editors know */
export function configSchema(): Schema & { readonly properties: Readonly<Record<string, Schema>> } {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Settings of p2p-chat",
    type: "object",
    properties: {
      [SCHEMA_KEY]: { type: "string", description: "Where this schema is, for editors." },
      ...Object.fromEntries(CONFIG_KEYS.map((key) => [key, property(key)])),
    },
    additionalProperties: false,
  };
}

function property(key: ConfigKey): Schema {
  const { description, defaultText, schema } = CONFIG_TABLE[key];
  const value = fixedDefault(key);
  return value === undefined
    ? { description: `${description} Default: ${defaultText}.`, ...schema }
    : { description, ...schema, default: value };
}

/** Undefined where the default depends on profile and user. */
function fixedDefault(key: ConfigKey): unknown {
  const [one, other] = ["one", "other"].map((profileName) =>
    configValueToJson(CONFIG_TABLE[key].default({ profileName, env: () => undefined }))
  );
  return JSON.stringify(one) === JSON.stringify(other) ? one : undefined;
}
