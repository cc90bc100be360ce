/** Long lines broken between words, for the commands. */
export * from "../terminal/wrap_line.ts";
