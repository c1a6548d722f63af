#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# The description of the REST API against the rules of the Dutch government, by Spectral.
#
#   tests/e2e/api/rules.sh OPENAPI_JSON WORK_FOLDER
#
# Exit code 77 when Node.js or the packages cannot be had: the reason is printed.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly here
document=$(readlink -f "$1")
readonly document
mkdir -p "$2"
work=$(readlink -f "$2")
readonly work
node=

skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}

# shellcheck source=tests/e2e/node.sh
source "$here/../node.sh"
fetch_packages "$here" "$work/modules"
rm -rf "$work/rules"
mkdir -p "$work/rules"
cp "$here"/{rules.mjs,broken.mjs,adr-ruleset.yaml} "$work/rules/"
cp "$document" "$work/rules/openapi.json"
ln -s ../modules/node_modules "$work/rules/node_modules"
"$node" "$work/rules/rules.mjs" "$work/rules/openapi.json" "$work/rules/broken"
