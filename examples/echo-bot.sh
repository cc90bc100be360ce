#!/bin/sh
# An echo bot: whatever PEER writes comes back.
#
#     examples/echo-bot.sh PEER
#
# It runs until it is stopped. What PEER writes while the bot is away is answered when it is back.
set -eu
peer=$1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkfifo "$folder/answers"

# A line for each message out, a line for each answer in. `sed -u` passes lines on one by one.
p2p-chat pipe "$peer" --follow <"$folder/answers" | sed -u 's/^/echo: /' >"$folder/answers"
