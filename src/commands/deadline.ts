/** Waiting that ends, for the commands. */
export * from "../deadline.ts";
