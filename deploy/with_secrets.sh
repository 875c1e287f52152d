#!/bin/sh
# Run a program that knows no `*_FILE` variables: each `NAME_FILE=/path` becomes `NAME=<what the file holds>`.
# A file that is missing or empty ends the start: an empty password is worse than none.
set -eu
for name in $(env | sed -n 's/^\([A-Z0-9_]*\)_FILE=.*/\1/p'); do
  eval "path=\$${name}_FILE"
  [ -s "$path" ] || { echo "with-secrets: \`${name}_FILE\` names \`$path\`, which is missing or empty" >&2; exit 1; }
  value=$(cat "$path")
  export "$name=$value"
  unset "${name}_FILE"
done
exec "$@"
