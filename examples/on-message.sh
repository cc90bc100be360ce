#!/bin/sh
# Answers everybody: run by `listen --exec` for each message that arrives, see the README.
#
#     p2p-chat-exec listen --exec examples/on-message.sh
#
# The text is what a stranger wrote: it stays in quotes, and comes after `--`.
exec p2p-chat send "$P2P_CHAT_PEER_ID" --timeout 10s -- "echo: $P2P_CHAT_TEXT"
