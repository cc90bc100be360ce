#!/bin/sh
# Runs a command and tells PEER how it ended; ends with the exit code of the command.
#
#     examples/build-notifier.sh PEER make all
#
# Where PEER is away, the message waits in the outbox: `p2p-chat outbox`. For several peers write
# `p2p-chat send --to PEER --to PEER "$text"` instead.
set -u
peer=$1
shift

started=$(date +%s)
"$@"
code=$?
seconds=$(($(date +%s) - started))

case $code in
  0) text="done in $seconds s: $*" ;;
  *) text="FAILED with exit code $code after $seconds s: $*" ;;
esac
# Not as an argument: a command line may begin with a dash, or be long.
printf '%s\n' "$text" | p2p-chat send "$peer" >&2

exit "$code"
