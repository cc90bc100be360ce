import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

import { homeFolder, locateProfile, type Platform, profileName } from "../../src/config/paths.ts";
import { ChatError } from "../../src/errors.ts";

function platform(os: Platform["os"], variables: Record<string, string> = {}): Platform {
  return { os, env: (name) => variables[name] };
}

Deno.test("homeFolder() follows the convention of each platform", () => {
  const cases: [Platform, string][] = [
    [platform("linux", { HOME: "/home/red" }), "/home/red/.local/share/p2p-chat"],
    [platform("linux", { HOME: "/home/red", XDG_DATA_HOME: "/data" }), "/data/p2p-chat"],
    [platform("freebsd", { HOME: "/home/red" }), "/home/red/.local/share/p2p-chat"],
    [
      platform("darwin", { HOME: "/Users/red", XDG_DATA_HOME: "/data" }),
      "/Users/red/Library/Application Support/p2p-chat",
    ],
    [
      platform("windows", { APPDATA: "C:\\Users\\red\\AppData\\Roaming" }),
      "C:\\Users\\red\\AppData\\Roaming\\p2p-chat",
    ],
  ];
  for (const [where, expected] of cases) assertEquals(homeFolder(where), expected);
});

Deno.test("homeFolder() ignores a relative XDG_DATA_HOME, as its specification asks", () => {
  const where = platform("linux", { HOME: "/home/red", XDG_DATA_HOME: "data" });
  assertEquals(homeFolder(where), "/home/red/.local/share/p2p-chat");
});

Deno.test("homeFolder() prefers the flag to P2P_CHAT_HOME and that to the platform", () => {
  const where = platform("linux", { HOME: "/home/red", P2P_CHAT_HOME: "/elsewhere" });
  assertEquals(homeFolder(where, { home: "./here" }), "./here");
  assertEquals(homeFolder(where), "/elsewhere");
});

Deno.test("homeFolder() treats an empty variable as not set", () => {
  const where = platform("linux", { HOME: "/home/red", P2P_CHAT_HOME: "", XDG_DATA_HOME: "" });
  assertEquals(homeFolder(where), "/home/red/.local/share/p2p-chat");
});

Deno.test("homeFolder() names the missing variable and a way out", () => {
  for (
    const [where, variable] of [
      [platform("linux"), "HOME"],
      [platform("darwin", { HOME: "" }), "HOME"],
      [platform("windows", { HOME: "/home/red" }), "APPDATA"],
    ] as const
  ) {
    const error = assertThrows(() => homeFolder(where), ChatError) as ChatError;
    assertEquals(error.code, "profile-unusable");
    assertEquals(error.message, `no home folder is known: ${variable} is not set`);
    assertEquals(error.hint, "say where the profile is: --home DIR, or P2P_CHAT_HOME=DIR");
  }
});

Deno.test("homeFolder() refuses an empty --home", () => {
  const error = assertThrows(
    () => homeFolder(platform("linux", { HOME: "/home/red" }), { home: "" }),
    ChatError,
  ) as ChatError;
  assertEquals(error.code, "bad-profile");
});

Deno.test("profileName() prefers the flag to P2P_CHAT_PROFILE and that to default", () => {
  const where = platform("linux", { P2P_CHAT_PROFILE: "blue" });
  assertEquals(profileName(where, { profile: "red" }), "red");
  assertEquals(profileName(where), "blue");
  assertEquals(profileName(platform("linux", { P2P_CHAT_PROFILE: "" })), "default");
});

Deno.test("profileName() refuses whatever could leave the home folder or confuse a reader", () => {
  const bad = ["", ".", "..", ".hidden", "a/b", "a\\b", "a b", "é", "a\n", "a\0", "x".repeat(65)];
  for (const profile of bad) {
    const error = assertThrows(
      () => profileName(platform("linux"), { profile }),
      ChatError,
    ) as ChatError;
    assertEquals(error.code, "bad-profile");
    assertEquals(error.message, `${JSON.stringify(profile)} cannot be the name of a profile`);
  }
});

Deno.test("profileName() accepts exactly the documented names", () => {
  const letter = fc.constantFrom(..."abcxyzABCXYZ0189-_");
  const rest = fc.array(fc.oneof(letter, fc.constant(".")), { maxLength: 63 });
  fc.assert(fc.property(letter, rest, (first, others) => {
    const profile = first + others.join("");
    assertEquals(profileName(platform("linux"), { profile }), profile);
  }));
});

Deno.test("locateProfile() puts the files of a profile into one folder", () => {
  const where = platform("linux", { HOME: "/home/red" });
  assertEquals(locateProfile(where, { home: "/srv/chat/", profile: "red" }), {
    name: "red",
    folder: "/srv/chat/red",
    keyFile: "/srv/chat/red/identity.key",
    databaseFile: "/srv/chat/red/chat.db",
    configFile: "/srv/chat/red/config.json",
    lockFile: "/srv/chat/red/lock",
    holderFile: "/srv/chat/red/holder.json",
    controlSocket: "/srv/chat/red/control.sock",
    controlNote: "/srv/chat/red/control.json",
  });
});

Deno.test("locateProfile() writes Windows paths on Windows", () => {
  const profile = locateProfile(platform("windows", { APPDATA: "C:\\Data" }));
  assertEquals(profile.keyFile, "C:\\Data\\p2p-chat\\default\\identity.key");
});
