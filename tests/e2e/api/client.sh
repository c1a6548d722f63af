#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# The REST API of a running collector, used by a client that npm's openapi-typescript makes of its
# document: TLS, SQLite, the fleet of the demonstration and two laptops of another organisation.
#
#   tests/e2e/api/client.sh BIN_FOLDER DEMONSTRATION_FOLDER OPENAPI_JSON WORK_FOLDER
#
# Exit code 77 when Node.js, curl or the packages cannot be had: the reason is printed.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly here
top=$(readlink -f "$here/../../..")
readonly top
bin=$(readlink -f "$1")
readonly bin
demonstration=$(readlink -f "$2")
readonly demonstration
document=$(readlink -f "$3")
readonly document
mkdir -p "$4"
work=$(readlink -f "$4")
readonly work
readonly run=$work/client
readonly own=00000001003214345000 other=00000004000000062000
collector_pid=
site=
admin=
node=

skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}
die() {
  printf 'FAILED: %s\n' "$*" >&2
  tail -n 15 "$run"/*.log >&2 2>/dev/null || true
  exit 1
}
# shellcheck disable=SC2317 # it is called by the trap below
stop_collector() {
  [ -n "$collector_pid" ] || return 0
  kill "$collector_pid" 2>/dev/null || true
  wait "$collector_pid" 2>/dev/null || true
}
trap stop_collector EXIT

command -v curl >/dev/null || skip "curl is not installed; run ./dev setup test"
# shellcheck source=tests/e2e/node.sh
source "$here/../node.sh"
fetch_packages "$here" "$work/modules"

# --- The client, made of the document and checked -------------------------------------------------

rm -rf "$run"
mkdir -p "$run"
umask 077
cp "$here"/{client.ts,browser.ts,contract.ts,tsconfig.json} "$run/"
cp "$document" "$run/openapi.json"
printf '{"type": "module"}\n' >"$run/package.json"
ln -s ../modules/node_modules "$run/node_modules"
cd "$run"
"$node" node_modules/openapi-typescript/bin/cli.js openapi.json --output schema.d.ts \
  >generate.log 2>&1 || die "openapi-typescript cannot make a client of the document"
"$node" node_modules/typescript/bin/tsc --project . >types.log 2>&1 || die "the types do not fit"

# --- The collector --------------------------------------------------------------------------------

collector() { "$bin/wattlife-collector" "$@" --database "sqlite://$run/fleet.db"; }

readonly shown=$demonstration/collector/fleet.db
[ -e "$shown" ] || die "$shown is not there; run the demonstration first"
"$bin/wattlife-collector" backup fleet.db --database "sqlite://$shown" >/dev/null
"$bin/wattlife-collector" certificate --out tls >/dev/null
collector migrate >/dev/null
collector organisation add --oin $other --name Ander >/dev/null
collector token create --oin $other --out other.token 2>/dev/null >&2
printf '[sign_in]\nway = "local"\nusers_file = "users.toml"\n' >collector.toml
printf 'a password of a test\n' >password
add_user() {  # add_user NAME ROLE OIN
  collector user add "$1" --role "$2" --oin "$3" --config collector.toml \
    --password-file password >>users.log 2>&1 || die "user $1 cannot be made"
}
for role in beheerder indiener goedkeurder drz-planner auditor rijksbreed; do
  add_user "$role" "$role" $own
done
add_user ander beheerder $other

# It takes whatever ports the system gives it, and says which.
"$bin/wattlife-collector" serve --listen 127.0.0.1:0 --admin 127.0.0.1:0 --certificate tls \
  --config collector.toml --database "sqlite://$run/fleet.db" >collector.log 2>&1 &
collector_pid=$!
address_of() {  # address_of WHAT
  sed -n "s|.*$1 \(https*\)://127.0.0.1:\([0-9]*\)/.*|\1://localhost:\2|p" collector.log
}
for tries in $(seq 300); do
  site=$(address_of 'listening on')
  admin=$(address_of 'administrators:')
  if [ -n "$site" ] && [ -n "$admin" ]; then break; fi
  kill -0 "$collector_pid" 2>/dev/null || die "the collector ended"
  [ "$tries" -lt 300 ] || die "the collector does not say where it is"
  sleep 0.1
done

make_laptop() {  # make_laptop NAME CAPTURE
  mkdir -p "$1"
  {
    "$bin/wattlife-simulate" fortnight "$top/tests/captures/$2.capture" --output "$1.capture" \
      --until "$(cat "$demonstration/monday")" --seed 1 --serial "PROEF-$1" \
      --policy "CollectorUrl=$site" --policy "CaBundlePath=$run/tls/ca.pem" \
      --policy "OrganizationOin=$other" --policy "EnrollmentToken=$(cat other.token)"
    "$bin/wattlife-sampler" --capture "$1.capture" --state "$1"
    "$bin/wattlife-agent" --capture "$1.capture" --state "$1" --now
  } >>laptops.log 2>&1 || die "laptop $1 did not come in"
}
make_laptop ander-1 lenovo-thinkpad-t480s-on-battery
make_laptop ander-2 dell-latitude-7490-worn

# --- The API --------------------------------------------------------------------------------------

devices_of() { collector device list --json | grep -o "\"oin\": *\"$1\"" | wc -l; }
cat >settings.json <<JSON
{
  "site": "$site",
  "document": "openapi.json",
  "authorisation": "$top/tests/golden/authorisation.txt",
  "password": "a password of a test",
  "own": "$own",
  "other": "$other",
  "devices": {"own": $(devices_of $own), "other": $(devices_of $other)},
  "confirm": ["$bin/wattlife-collector", "device", "confirm", "--all-pending",
              "--database", "sqlite://$run/fleet.db"]
}
JSON
NODE_EXTRA_CA_CERTS=$run/tls/ca.pem \
  "$node" --disable-warning=ExperimentalWarning client.ts settings.json ||
  die "the API is not as its document says"

# --- The metrics that alerts and dashboard ask for ------------------------------------------------

curl --silent --show-error --fail --max-time 20 "$admin/metrics" >metrics.txt ||
  die "the admin listener does not answer"
names_in() { grep -oh 'wattlife_[a-z_]*' "$@" | sed 's/_\(bucket\|sum\|count\)$//' | sort -u; }
names_in "$top"/installers/linux/collector/{wattlife-alerts.yml,grafana-dashboard.json} >asked.txt
sed -n 's/^# TYPE \(wattlife_[a-z_]*\) .*/\1/p' metrics.txt | sort -u >told.txt
[ "$(wc -l <asked.txt)" -gt 5 ] || die "alerts and dashboard ask for nothing"
# One is told only where retention is on and has looked; operations_test finds it in the source.
unknown=$(comm -23 asked.txt told.txt | grep -vx wattlife_retention_done_timestamp_seconds || true)
[ -z "$unknown" ] || die "asked for, and not in /metrics: $unknown"
printf '%s metrics that alerts and dashboard ask for are in /metrics\n' \
  "$(comm -12 asked.txt told.txt | wc -l)"

kill "$collector_pid"
wait "$collector_pid" || die "the collector did not end well"
collector_pid=
