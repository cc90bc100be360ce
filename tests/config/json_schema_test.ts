import { assert, assertEquals } from "@std/assert";
import { Ajv } from "ajv";
import fc from "fast-check";
import {
  CONFIG_KEYS,
  CONFIG_TABLE,
  type ConfigDefinition,
  type ConfigKey,
  type ConfigValue,
  configValueToJson,
} from "../../src/config/config.ts";
import { configSchema } from "../../src/config/json_schema.ts";

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(configSchema());

/** What the file may hold, and what it may not. */
const EXAMPLES: { readonly [Key in ConfigKey]: { right: unknown[]; wrong: unknown[] } } = {
  name: { right: ["red", " ann lee ", "x".repeat(64)], wrong: ["", "  ", "x".repeat(65), 7, null] },
  host: {
    right: ["0.0.0.0", "::", "127.0.0.1", "fe80::1", "::ffff:1.2.3.4"],
    wrong: ["localhost", "", "1.2.3", 7],
  },
  port: { right: [0, 7000, 65535], wrong: [-1, 65536, 7.5, "7000", null] },
  mandatory: {
    right: [[], ["a:1"], ["192.168.1.20:7000", "[::1]:7001"], ["/ip4/127.0.0.1/tcp/7000"], [
      "classic:10.0.0.2:5000",
      "classic:[::1]:5000",
    ]],
    wrong: ["a:1", ["a"], [7], ["/ip4/127.0.0.1"], null],
  },
  mdns: { right: [true, false], wrong: ["yes", 1, null] },
  readReceipts: { right: [true, false], wrong: ["no", 0, null] },
  notifications: { right: ["bell", "desktop", "off"], wrong: ["on", "Bell", true, null] },
  classicPort: { right: [1, 65535, null], wrong: [0, 65536, 7.5, "7000"] },
  classicHost: { right: ["127.0.0.1", "0.0.0.0", "::1"], wrong: ["localhost", "", 7, null] },
  classicDialect: { right: ["a", "b"], wrong: ["c", "A", "", null] },
  classicLong: { right: ["split", "refuse"], wrong: ["cut", "", null] },
  classicTeam: {
    right: ["red", " a_b ", "x".repeat(64), null],
    wrong: ["", "a b", "x".repeat(65)],
  },
  logLevel: {
    right: ["trace", "debug", "info", "warning", "error"],
    wrong: ["loud", "WARNING", null],
  },
  logFile: { right: ["chat.log", "/var/log/chat.log", null], wrong: ["", " ", 7] },
};

Deno.test("configSchema() has every key of the table, and no other", () => {
  const { properties: rows } = configSchema();
  assertEquals(Object.keys(rows), ["$schema", ...CONFIG_KEYS]);
  for (const key of CONFIG_KEYS) {
    const { description, choices, defaultText } = CONFIG_TABLE[key];
    const row = rows[key] ?? {};
    assert(String(row.description).startsWith(description), key);
    assert(row.type !== undefined, key);
    const value = CONFIG_TABLE[key].default({ profileName: "default", env: () => undefined });
    if ("default" in row) assertEquals(row.default, configValueToJson(value), key);
    else assert(String(row.description).endsWith(`Default: ${defaultText}.`), key);
    if (choices !== undefined && row.type !== "boolean") assertEquals(row.enum, choices, key);
  }
  const { minimum, maximum } = rows.port ?? {};
  assertEquals([minimum, maximum], [0, 65535]);
});

for (const key of CONFIG_KEYS) {
  const definition: ConfigDefinition<ConfigValue> = CONFIG_TABLE[key];
  Deno.test(`configSchema() judges values of \`${key}\` as the program does`, () => {
    for (const value of EXAMPLES[key].right) {
      definition.validate(value); // or it would throw
      assert(validate({ [key]: value }), `${key}: ${JSON.stringify(value)}`);
    }
    for (const value of EXAMPLES[key].wrong) {
      let isAccepted = true;
      try {
        definition.validate(value);
      } catch {
        isAccepted = false;
      }
      assert(!isAccepted, `${key}: the program accepts ${JSON.stringify(value)}`);
      assert(!validate({ [key]: value }), `${key}: ${JSON.stringify(value)}`);
    }
  });

  Deno.test(`configSchema() refuses no \`${key}\` that the program accepts`, () => {
    const examples = EXAMPLES[key].right;
    const near = fc.constantFrom(...examples).chain((value) =>
      typeof value === "string"
        ? fc.tuple(fc.string(), fc.nat(value.length)).map(([more, at]) =>
          value.slice(0, at) + more + value.slice(at)
        )
        : fc.constant(value)
    );
    fc.assert(fc.property(fc.oneof(near, fc.jsonValue(), fc.ipV4(), fc.ipV6()), (value) => {
      try {
        definition.validate(value);
      } catch {
        return;
      }
      assert(validate({ [key]: value }), JSON.stringify(value));
    }));
  });
}

Deno.test("configSchema() knows `$schema`, and refuses keys that are no settings", () => {
  assert(validate({ "$schema": "./config.schema.json", "port": 7000 }));
  assert(validate({}));
  assert(!validate({ prt: 7000 }));
  assert(!validate([]));
});
