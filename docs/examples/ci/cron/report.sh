#!/bin/sh
# What cron runs: ~/bin/report.sh. Made once, in a terminal:
#
#   (umask 077 && node -p "require('node:crypto').randomBytes(32).toString('base64url')" > ~/.tokn-key)
#   TOKN_STORE=file TOKN_STORE_KEY_FILE="$HOME/.tokn-key" tokn login web
set -eu
umask 077

# cron has no keychain that is open, and nobody to ask.
export TOKN_STORE=file TOKN_STORE_KEY_FILE="$HOME/.tokn-key" TOKN_NO_INPUT=1

# One at a time: where the last one still runs, this one is left out, without a word. The token is
# good for ten minutes at least, and in the environment of the report alone.
state=${XDG_STATE_HOME:-$HOME/.local/state}
mkdir -p "$state"
exec flock --nonblock --close --conflict-exit-code 0 "$state/report.lock" \
  tokn exec web --min-ttl 10m -e API_TOKEN -- "$HOME/bin/report"
