/** Settings of a node on loopback, on any free port, that is told of by nobody and nothing. */
import type { Config } from "../../src/config/config.ts";

/** @param settings what differs */
export function quietConfig(settings: Partial<Config> = {}): Config {
  return {
    name: "peer",
    host: "127.0.0.1",
    port: 0,
    mandatory: [],
    mdns: false,
    readReceipts: true,
    notifications: "off",
    classicPort: undefined,
    classicHost: "127.0.0.1",
    classicDialect: "a",
    classicLong: "split",
    classicTeam: undefined,
    logLevel: "warning",
    logFile: undefined,
    ...settings,
  };
}
