/**
 * Kinds of fields in the lines that programs read: each knows how it is called in the documentation,
 * how to tell a wrong value, and the TypeScript type that it stands for. `ndjson_schema.ts` is made of
 * them. No part of a running program: the documentation and the tests use it.
 */

/** A field of a line. */
export interface Field<Type> {
  /** For people: `text`, `number`, `list of text`, ... */
  readonly kind: string;
  readonly isNullable: boolean;
  /** What it means, in words for people. */
  readonly meaning: string;
  /** The fields of the objects that it holds. */
  readonly inner?: Fields<object> | undefined;
  /** @returns what is wrong with a value; undefined: nothing */
  readonly fault: (value: unknown) => string | undefined;
  /** Never there. With it a field fits no type but its own, neither a wider nor a narrower one. */
  readonly exactly?: (value: Type) => Type;
}

/** One field for each of an object, `event` left out. */
export type Fields<Shape extends object> = {
  readonly [Key in Exclude<keyof Shape, "event">]-?: Field<Shape[Key]>;
};

/** Any text. */
export function text(meaning: string): Field<string> {
  return field("text", meaning, (value) => typeof value === "string");
}

/** A time as `Date.prototype.toISOString` writes it. */
export function time(meaning: string): Field<string> {
  return field("time", meaning, (value) => {
    if (typeof value !== "string") return false;
    const parsed = new Date(value);
    return !Number.isNaN(parsed.getTime()) && parsed.toISOString() === value;
  });
}

/** One of some words. @param words each with what it means, or with nothing where that is clear */
export function word<const Word extends string>(
  words: readonly Word[],
  meaning: string,
): Field<Word> {
  const kind = words.map((each) => `\`${each}\``).join(" ");
  return field(kind, meaning, (value) => words.some((each) => each === value));
}

/** Any number. */
export function number(meaning: string): Field<number> {
  return field("number", meaning, (value) => typeof value === "number");
}

/** A whole number, 0 or more. */
export function count(meaning: string): Field<number> {
  return field("count", meaning, (value) => Number.isSafeInteger(value) && Number(value) >= 0);
}

export function flag(meaning: string): Field<boolean> {
  return field("true or false", meaning, (value) => typeof value === "boolean");
}

/** Any JSON. */
export function anything(meaning: string): Field<unknown> {
  return field("any JSON", meaning, (value) => value !== undefined);
}

export function listOf<Item>(item: Field<Item>): Field<readonly Item[]> {
  const { kind, meaning, inner } = item;
  return {
    kind: `list of ${kind}`,
    isNullable: false,
    meaning,
    inner,
    fault(value) {
      if (!Array.isArray(value)) return "is not a list";
      const faults = value.map((each, index) => {
        const fault = item.fault(each);
        return fault === undefined ? undefined : `[${index}] ${fault}`;
      });
      return faults.find((fault) => fault !== undefined);
    },
  };
}

export function object<Shape extends object>(
  fields: Fields<Shape>,
  meaning: string,
): Field<Shape> {
  return {
    kind: "object",
    isNullable: false,
    meaning,
    inner: fields,
    fault: (value) => fieldsFault(value, fields, []),
  };
}

/** The same, or null. @param meaning what null says, unless that is clear */
export function orNull<Type>(field: Field<Type>, meaning?: string): Field<Type | null> {
  return {
    kind: field.kind,
    inner: field.inner,
    isNullable: true,
    meaning: meaning === undefined ? field.meaning : `${field.meaning}; null: ${meaning}`,
    fault: (value) => value === null ? undefined : field.fault(value),
  };
}

/**
 * @param others keys that an object may have beside `fields`
 * @returns what is wrong with it: a field that is wrong, missing or not known
 */
export function fieldsFault(
  value: unknown,
  fields: Fields<object>,
  others: readonly string[],
): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is no object";
  const known = new Map<string, Field<unknown>>(Object.entries(fields));
  const present = new Map<string, unknown>(Object.entries(value));
  for (const key of present.keys()) {
    if (!known.has(key) && !others.includes(key)) return `has a field too many: ${key}`;
  }
  for (const [key, field] of known) {
    if (!present.has(key)) return `has no ${key}`;
    const fault = field.fault(present.get(key));
    if (fault !== undefined) return `.${key} ${fault}`;
  }
  return undefined;
}

function field<Type>(
  kind: string,
  meaning: string,
  fits: (value: unknown) => boolean,
): Field<Type> {
  return {
    kind,
    isNullable: false,
    meaning,
    fault: (value) => fits(value) ? undefined : `is not ${kind}: ${JSON.stringify(value)}`,
  };
}
