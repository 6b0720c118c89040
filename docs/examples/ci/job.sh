#!/bin/sh
# sh job.sh COMMAND [ARGUMENT...]
#
# Runs a command with one login for all that it does, in any CI system that has a POSIX shell. The
# credentials are in the environment (TOKN_PROVIDER, TOKN_ACCESS_KEY, ...: tokn help environment);
# the command has none of them, and every tokn in it finds the session. The exit status is that of
# the command; of the login where that fails; of `tokn ci end` where only that fails.
set -u

# With the end of this shell ($$) the session ends, and is revoked, also after a SIGKILL.
tokn_ci=$(tokn ci start --pid $$) || exit

for name in $(env | sed -n 's/^\(TOKN_[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$name"; done
eval "$tokn_ci"

finish() {
  status=$?
  trap '' HUP INT TERM
  trap - EXIT
  tokn ci end
  ended=$?
  [ "$status" -ne 0 ] || status=$ended
  exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

"$@"
