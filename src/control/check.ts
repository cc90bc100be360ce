/**
 * Checks of values that came over the control socket: each makes a value of a known shape out of
 * whatever was sent, or says what is wrong. What a shape does not name is left out.
 */

/** A value that came from the other side does not have the shape that it should have. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/**
 * @param path where the value stands, for the message
 * @throws ShapeError
 */
export type Check<Shape> = (value: unknown, path: string) => Shape;

/** @param maxLength in UTF-16 units */
export function text(maxLength: number): Check<string> {
  return (value, path) => {
    if (typeof value !== "string") throw wrong(path, "text");
    if (value.length > maxLength) throw wrong(path, `at most ${maxLength} characters long`);
    return value;
  };
}

export function oneOf<const Words extends readonly string[]>(words: Words): Check<Words[number]> {
  return (value, path) => {
    const word = words.find((each) => each === value);
    if (word === undefined) throw wrong(path, `one of ${words.join(", ")}`);
    return word;
  };
}

export function integer(min: number, max: number): Check<number> {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min || value > max) {
      throw wrong(path, `a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

/** Any finite number: JSON has no others. */
export const number: Check<number> = (value, path) => {
  if (typeof value !== "number") throw wrong(path, "a number");
  return value;
};

export const boolean: Check<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw wrong(path, "true or false");
  return value;
};

/** Takes anything for nothing. */
export const nothing: Check<undefined> = () => undefined;

export function orUndefined<Shape>(check: Check<Shape>): Check<Shape | undefined> {
  return (value, path) => value === undefined || value === null ? undefined : check(value, path);
}

export function list<Shape>(check: Check<Shape>, maxLength: number): Check<Shape[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, "a list");
    if (value.length > maxLength) throw wrong(path, `at most ${maxLength} long`);
    return value.map((each, index) => check(each, `${path}[${index}]`));
  };
}

/** An object with these fields; each is there, if only as undefined. */
export function record<Shape extends object>(
  fields: { readonly [Key in keyof Shape]-?: Check<Shape[Key]> },
): Check<Shape> {
  const checks: readonly (readonly [string, Check<unknown>])[] = Object.entries(fields);
  return (value, path) => {
    const entries: (readonly unknown[])[] = checks.map(([key, check]) => [
      key,
      check(fieldOf(value, key, path), `${path}.${key}`),
    ]);
    const made: Shape = Object.fromEntries(entries);
    return made;
  };
}

/** One of several objects; the field `key` says which. */
export function tagged<Shape>(
  key: string,
  variants: { readonly [word: string]: Check<Shape> },
): Check<Shape> {
  const word = oneOf(Object.keys(variants));
  return (value, path) => {
    const check = variants[word(fieldOf(value, key, path), `${path}.${key}`)];
    if (check === undefined) throw wrong(path, "known");
    return check(value, path);
  };
}

/** @returns undefined where the object has no such field */
export function fieldOf(value: unknown, key: string, path: string): unknown {
  if (!isObject(value)) throw wrong(path, "an object");
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(path: string, expected: string): ShapeError {
  return new ShapeError(`${path} is not ${expected}`);
}
