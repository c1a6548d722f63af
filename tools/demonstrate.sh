#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# The whole path, on this machine: sensors -> samples.db -> report -> collector -> work list.
#
# Starts a collector on loopback with a certificate that it makes itself, enrols this machine and
# a dozen recorded laptops through the same programs that run in the field, confirms them as an
# administrator would, and shows the work list. A recorded laptop is a capture of one moment; over
# each a working fortnight is played, which says 'gesimuleerd' wherever it shows.
#
#   tools/demonstrate.sh [--once]     --once ends after the first complete round
#
# Environment: WATTLIFE_BIN (default out/release/bin), WATTLIFE_DEMO (default out/demonstration),
# WATTLIFE_SHARED_DATA (default ../shared/data: more recorded laptops, when it is there).
# Exit code 0 only when every laptop was measured, shipped, counted and listed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

readonly bin=${WATTLIFE_BIN:-out/release/bin}
readonly demo=${WATTLIFE_DEMO:-out/demonstration}
readonly shared=${WATTLIFE_SHARED_DATA:-../shared/data}
readonly recorded_wanted=12
readonly oin=00000001003214345000
once=no
collector_pid=
sampler_pid=
url=

die() {
  printf 'demonstrate: %s\n' "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }

# shellcheck disable=SC2317 # it is called by the trap below
stop_everything() {
  local pid
  for pid in $sampler_pid $collector_pid; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}
trap stop_everything EXIT
trap 'exit 130' INT TERM

case ${1:-} in
  '') ;;
  --once) once=yes ;;
  *) die "knows only --once, not '$1'" ;;
esac

# --- 1. A collector ------------------------------------------------------------------------------

collector() { "$bin/wattlife-collector" "$@" --database "sqlite://$demo_path/collector/fleet.db"; }

ask() {  # ask PATH [CURL OPTIONS]: the collector's answer
  local path=$1
  shift
  curl --silent --show-error --fail --max-time 20 --cacert "$demo_path/certificate/ca.pem" "$@" "$url$path"
}

prepare_collector() {
  "$bin/wattlife-collector" certificate --out "$demo_path/certificate" >/dev/null
  collector migrate >/dev/null
  collector organisation add --oin "$oin" --name 'Ministerie van Voorbeelden' >/dev/null
  collector token create --oin "$oin" --out "$demo_path/token" >/dev/null 2>&1
}

# Serves on one port; fails when the program ends, as it does where another one listens already.
serve_on() {  # serve_on PORT
  local tries
  url=https://localhost:$1
  # Not through collector(): the process that is ended must be the program, not a shell around it.
  "$bin/wattlife-collector" serve --listen "127.0.0.1:$1" --certificate "$demo_path/certificate" \
    --database "sqlite://$demo_path/collector/fleet.db" >"$demo_path/log/collector.log" 2>&1 &
  collector_pid=$!
  for tries in $(seq 200); do
    # Our own certificate: what another demonstration on this port answers is not believed.
    if ask /v1/apparaten >/dev/null 2>&1; then return; fi
    kill -0 "$collector_pid" 2>/dev/null || break
    sleep 0.1
  done
  kill "$collector_pid" 2>/dev/null || true
  wait "$collector_pid" 2>/dev/null || true
  collector_pid=
  return 1
}

# On the first port from 8443 on that can be had. The only sure way to know is to take it.
start_collector() {
  local port
  for port in $(seq 8443 8499); do
    if serve_on "$port"; then return; fi
    grep -q 'in use' "$demo_path/log/collector.log" || break
  done
  sed 's/^/  | /' "$demo_path/log/collector.log" >&2
  die "the collector did not start on port $port; its log is above"
}

# --- 2. Recorded laptops -------------------------------------------------------------------------

# A dozen captures of one moment, one path a line: ours and, where they lie beside the project,
# folders with real trees turned into captures; as many of the one as of the other.
snapshots() {
  local ours theirs folder name
  # Those of which a fortnight can be played: of Macs it cannot.
  mapfile -t ours < <(grep --files-with-matches --line-regexp --extended-regexp 'os (linux|windows)' \
    tests/captures/*.capture)
  theirs=()
  for folder in "$shared"/sysfs-captures/*/; do
    [ -d "${folder}sys/class/power_supply" ] || continue
    [ $((${#theirs[@]} * 2)) -lt "$recorded_wanted" ] || break
    name=$(basename "$folder")
    "$bin/wattlife" capture --root "$folder" --utc 2026-01-05T08:00:00Z \
      --output "$demo_path/snapshots/$name.capture" 2>>"$demo_path/log/capture.log" ||
      die "$folder could not be turned into a capture, see log/capture.log"
    theirs+=("$demo_path/snapshots/$name.capture")
  done
  [ ${#theirs[@]} = 0 ] || printf '%s\n' "${theirs[@]}"
  printf '%s\n' "${ours[@]}" | head -n $((recorded_wanted - ${#theirs[@]}))
}

# Plays the fortnight of one laptop and brings it through sampler and agent.
run_recorded() {  # run_recorded NUMBER SNAPSHOT
  local number=$1 snapshot=$2 name state
  name=$(printf '%02d-%s' "$number" "$(basename "$snapshot" .capture)")
  state=$demo_path/devices/$name
  mkdir -p "$state"
  "$bin/wattlife-simulate" fortnight "$snapshot" --output "$demo_path/fortnights/$name.capture" \
    --until "$monday" --seed "$number" --serial "GESIMULEERD-$number" \
    --policy "CollectorUrl=$url" --policy "CaBundlePath=$demo_path/certificate/ca.pem" \
    --policy "EnrollmentToken=$(cat "$demo_path/token")" --policy "OrganizationOin=$oin"
  "$bin/wattlife-sampler" --capture "$demo_path/fortnights/$name.capture" --state "$state" \
    2>"$demo_path/log/$name-sampler.log" || die "$name: the sampler failed, see log/$name-sampler.log"
  "$bin/wattlife-agent" --capture "$demo_path/fortnights/$name.capture" --state "$state" --now \
    >"$demo_path/log/$name-agent.log" 2>&1 || die "$name: the agent failed, see log/$name-agent.log"
}

# --- 3. This machine -----------------------------------------------------------------------------

configure_this_machine() {
  mkdir -p "$demo_path/devices/this-machine" "$demo_path/config"
  cat >"$demo_path/config/agent.toml" <<TOML
CollectorUrl = "$url"
CaBundlePath = "$demo_path/certificate/ca.pem"
EnrollmentToken = "$(cat "$demo_path/token")"
OrganizationOin = "$oin"
TOML
  chmod 0600 "$demo_path/config/agent.toml"
}

ship_this_machine() {
  "$bin/wattlife-agent" --config "$demo_path/config" --state "$demo_path/devices/this-machine" --now \
    >>"$demo_path/log/this-machine-agent.log" 2>&1
}

run_this_machine() {
  if [ "$once" = yes ]; then
    "$bin/wattlife-sampler" --config "$demo_path/config" --state "$demo_path/devices/this-machine" \
      --once 2>"$demo_path/log/this-machine-sampler.log"
  else
    "$bin/wattlife-sampler" --config "$demo_path/config" --state "$demo_path/devices/this-machine" \
      2>"$demo_path/log/this-machine-sampler.log" &
    sampler_pid=$!
    local tries
    for tries in $(seq 100); do
      [ -e "$demo_path/devices/this-machine/public/view.json" ] && break
      sleep 0.1
    done
    [ "$tries" -lt 100 ] || die "the sampler wrote nothing, see log/this-machine-sampler.log"
  fi
  ship_this_machine || die "this machine: the agent failed, see log/this-machine-agent.log"
}

# --- 4. The work list ----------------------------------------------------------------------------

check_work_list() {
  ask /v1/apparaten --header 'Accept: text/csv' >"$demo_path/work-list.csv"
  local listed
  listed=$(tail -n +2 "$demo_path/work-list.csv" | grep -c . || true)
  [ "$listed" = "$total" ] || die "the work list has $listed laptops instead of $total"
  ask /v1/apparaten >"$demo_path/work-list.json"
  ask / >"$demo_path/page.html"
  grep -q 'tussen' "$demo_path/page.html" ||
    die "the page shows no energy of the fleet with an interval"
  collector check >/dev/null || die "the collector's database does not agree with itself"
}

# --------------------------------------------------------------------------------------------------

[ -x "$bin/wattlife-collector" ] || die "$bin has no programs; run ./dev run, which builds them first"
rm -rf "$demo"
umask 077
mkdir -p "$demo"/{collector,certificate,config,devices,fortnights,snapshots,log}
demo_path=$(readlink -f "$demo")
monday=$(date -u -d "@$(($(date -u +%s) - ($(date -u +%u) - 1) * 86400))" +%F)
printf '%s' "$monday" >"$demo/monday"

say "[1/5] Starting a collector"
prepare_collector
start_collector
say "      $url"

say "[2/5] Looking for recorded laptops"
mapfile -t recorded < <(snapshots)
((${#recorded[@]} > 0)) || die "no captures found in tests/captures"
total=$((${#recorded[@]} + 1))

say "[3/5] Playing a fortnight over ${#recorded[@]} recorded laptops: sampler, agent, collector"
number=0
batch=()
finish_batch() {
  local pid
  for pid in "${batch[@]}"; do
    wait "$pid" || die "a recorded laptop failed; see above"
  done
  batch=()
}
for snapshot in "${recorded[@]}"; do
  number=$((number + 1))
  printf '      %2d/%d %s\n' "$number" "${#recorded[@]}" "$(basename "$snapshot" .capture)"
  run_recorded "$number" "$snapshot" &
  batch+=($!)
  if [ ${#batch[@]} -ge "$(nproc)" ]; then finish_batch; fi
done
finish_batch

say "[4/5] Measuring this machine"
configure_this_machine
run_this_machine

say "[5/5] Confirming the laptops, as an administrator does after a look"
collector device confirm --all-pending >/dev/null
check_work_list
say ""
collector worklist
say ""
say "$total laptops: measured, shipped, counted, listed."
[ "$once" = no ] || exit 0

say "The page: $url/   (certificate: $demo/certificate/ca.pem)"
say "This machine is measured on; its agent runs every minute here, once a week in the field."
say "Stop with Ctrl-C."
while kill -0 "$collector_pid" 2>/dev/null; do
  sleep 60 &
  wait $!
  ship_this_machine || say "the agent could not ship (it tries again); see log/this-machine-agent.log"
done
die "the collector ended; see $demo/log/collector.log"
