#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# What the sampler costs, beside what others on the same laptop cost, in the same minutes.
#
#   tools/sampler_cost.sh [MINUTES]     default 15; ./dev bench sampler [MINUTES] builds first
#   tools/sampler_cost.sh cold [ROUNDS] [DAYS]   one tick and one commit with cold caches, in a
#                                       minute or two (tests/bench/tick_main.cpp)
#
# MINUTES is rounded up to a multiple of 15: a commit of the sampler comes each quarter of an hour,
# and a part of one would count a commit too many or too few.
#
# A laptop is mocked as plain files (battery on discharge, mains, package counter, panel, thermal
# zones) and shown to the sampler, collectd and node_exporter; upowerd sees the same laptop through
# umockdev; sadc reads /proc. Everything runs in a private mount namespace: nothing outside changes.
# So every figure is a program's own work; none holds what the firmware of a real laptop adds.
#
# floor is the least that a program can do: wait a minute, read the same files, keep nothing
# (tests/bench/floor_main.cpp). It says what this machine asks for a wake and a read today.
#
# CPU is from the scheduler, wakes are voluntary context switches of all threads, writes are what
# the kernel counted for the block device. upowerd is counted with the message bus it needs.
# Needs root, and the packages of ./dev setup bench. Exit code 0 when everything ran, whatever the
# figures are.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

readonly bin=${WATTLIFE_BIN:-out/release/bin}
readonly floor=${WATTLIFE_FLOOR:-out/release/bench/peer/floor}
readonly cold=${WATTLIFE_COLD:-out/release/bench/peer/tick}
readonly wanted=${1:-15}
readonly work=$PWD/out/sampler-cost
readonly port=19109
started=()

die() {
  printf 'sampler_cost: %s\n' "$*" >&2
  exit 1
}

if [ "$wanted" = cold ]; then
  minutes=0
  [ -x "$cold" ] || die "there is no $cold; run ./dev bench sampler, or build bench_tick"
else
  [[ $wanted =~ ^[1-9][0-9]{0,3}$ ]] || die "'$wanted' is not a number of minutes, at most 9999"
  minutes=$(((wanted + 14) / 15 * 15))
  if [ "$minutes" != "$wanted" ]; then
    echo "sampler_cost: $wanted minutes become $minutes, so that each quarter of an hour is whole: a commit comes in each"
  fi
fi
readonly minutes
[ "$(id -u)" = 0 ] || die "needs root, to show a mocked laptop to the programs: sudo $0"
for program in "$bin/wattlife-sampler" "$floor"; do
  [ -x "$program" ] || die "there is no $program; run ./dev bench sampler"
done
if [ "$wanted" != cold ]; then
  for tool in umockdev-run collectd prometheus-node-exporter dbus-daemon pgrep curl time; do
    command -v "$tool" >/dev/null || die "there is no $tool; run ./dev setup bench"
  done
  for tool in /usr/lib/sysstat/sadc /usr/libexec/upowerd; do
    [ -x "$tool" ] || die "there is no $tool; run ./dev setup bench"
  done
fi

# The rest runs where /sys/class may be replaced.
if [ "${WATTLIFE_COST_INSIDE:-}" != yes ]; then
  export WATTLIFE_COST_INSIDE=yes
  [ "$wanted" = cold ] || set -- "$minutes"
  exec unshare --mount --propagation private "$0" "$@"
fi

# shellcheck disable=SC2317 # it is called by the trap below
stop_everything() {
  local pid
  for pid in "${started[@]}"; do
    # With what it started itself: a shell that ends leaves its `sleep` behind.
    family "$pid" | xargs --no-run-if-empty kill 2>/dev/null || true
  done
  wait 2>/dev/null || true
}
trap stop_everything EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The shell looks at a signal only after the program that it waits for; not so in its own `wait`.
# To be used for whatever takes seconds.
interruptibly() {  # interruptibly COMMAND...
  local status=0
  "$@" &
  started+=($!)
  wait $! || status=$?
  unset 'started[-1]'
  return "$status"
}

# --- A laptop as plain files ---------------------------------------------------------------------

readonly class=$work/class

put() {  # put FOLDER NAME=VALUE...: one file for each
  local folder=$1 pair
  shift
  mkdir -p "$folder"
  for pair in "$@"; do printf '%s\n' "${pair#*=}" >"$folder/${pair%%=*}"; done
}

# An attribute of sysfs is one file, and a line of `uevent` under a longer name.
put_supply() {  # put_supply NAME attribute=VALUE...
  local folder=$class/power_supply/$1 pair key text="POWER_SUPPLY_NAME=$1"
  shift
  put "$folder" "$@"
  for pair in "$@"; do
    key=${pair%%=*}
    text+=$'\n'"POWER_SUPPLY_${key^^}=${pair#*=}"
  done
  printf '%s\n' "$text" >"$folder/uevent"
}

battery() {  # battery CHARGE_UWH POWER_UW
  put_supply BAT0 type=Battery status=Discharging present=1 technology=Li-poly cycle_count=312 \
    voltage_min_design=11400000 voltage_now=11873000 power_now="$2" energy_full_design=50000000 \
    energy_full=43120000 energy_now="$1" capacity=69 model_name=SIMULATED manufacturer=SIM \
    serial_number=1
}

make_laptop() {
  local i entry
  mkdir -p "$class"
  mount -t tmpfs -o size=4m,mode=0755 wattlife "$class"  # like /sys, it is on no disk
  # What is there stays, as links into /sys/devices; what a laptop has comes beside it.
  for entry in /sys/class/*; do
    case ${entry##*/} in
      power_supply | powercap | backlight | thermal | hwmon | drm | nvme | dmi) ;;
      *) cp -a "$entry" "$class/" 2>/dev/null || true ;;
    esac
  done
  battery 30111000 8123000
  put_supply AC type=Mains online=0
  put "$class/powercap/intel-rapl:0" name=package-0 energy_uj=123456789 \
    max_energy_range_uj=262143328850
  put "$class/powercap/intel-rapl:0:0" name=core energy_uj=23456789 max_energy_range_uj=262143328850
  put "$class/backlight/intel_backlight" type=raw max_brightness=1000 brightness=600 \
    actual_brightness=600 bl_power=0
  for i in 0 1 2 3 4 5; do
    put "$class/thermal/thermal_zone$i" type="zone$i" temp=$((45000 + i * 1000)) mode=enabled
  done
  for i in 0 1 2; do
    put "$class/hwmon/hwmon$i" name="chip$i" temp1_input=51000 temp2_input=52000 fan1_input=2400
  done
  mkdir -p "$work/sys"
  ln -sfn "$class" "$work/sys/class"
  ln -sfn /sys/devices "$work/sys/devices"
}

# The laptop's values change, as they do on a laptop; what that costs is counted for nobody.
live() {
  local s=0
  while sleep 15; do
    s=$((s + 15))
    battery $((30111000 - s * 2256)) $((8123000 + s % 7 * 100000))
    printf '%s\n' $((123456789 + s * 3100000)) >"$class/powercap/intel-rapl:0/energy_uj"
  done
}

device() {  # device PATH SUBSYSTEM FOLDER: as umockdev describes one
  local file
  printf 'P: %s\nE: SUBSYSTEM=%s\n' "$1" "$2"
  if [ -e "$3/uevent" ]; then sed 's/^/E: /' "$3/uevent"; fi
  for file in "$3"/*; do
    [ "${file##*/}" = uevent ] || printf 'A: %s=%s\\n\n' "${file##*/}" "$(cat "$file")"
  done
  printf '\n'
}

# --- Who runs ------------------------------------------------------------------------------------

names=()
declare -A roots

begin() {  # begin NAME COMMAND...: in the background, counted under NAME
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 &
  started+=($!)
  names+=("$name")
  roots[$name]=$!
}

begin_everything() {
  local devices=$work/laptop.umockdev file
  begin sampler "$bin/wattlife-sampler" --state "$work/state" --config "$work/config"

  local read=("$class/power_supply/BAT0/uevent" "$class/power_supply/AC/uevent"
    "$class/powercap/intel-rapl:0/energy_uj" "$class/backlight/intel_backlight/bl_power"
    "$class/backlight/intel_backlight/actual_brightness" /proc/stat)
  # Of the internal drives; where there is none, a tick looks at the first of the others.
  for file in /sys/block/nvme*/stat /sys/block/sd*/stat /sys/block/*/stat; do
    [ -e "$file" ] || continue
    read+=("$file")
    break
  done
  for file in /sys/class/net/*/device; do
    [ -e "$file" ] || continue
    read+=("${file%/device}/statistics/rx_bytes" "${file%/device}/statistics/tx_bytes")
  done
  begin floor "$floor" 60 "${read[@]}"

  device /devices/pci0/BAT/power_supply/BAT0 power_supply "$class/power_supply/BAT0" >"$devices"
  device /devices/pci0/AC/power_supply/AC power_supply "$class/power_supply/AC" >>"$devices"
  cat >"$work/bus.conf" <<CONF
<busconfig><type>system</type><listen>unix:path=$work/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>
CONF
  begin bus dbus-daemon --nofork --nopidfile --config-file="$work/bus.conf"
  sleep 1
  begin upowerd env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/bus" \
    umockdev-run --device "$devices" -- /usr/libexec/upowerd

  begin sadc /usr/lib/sysstat/sadc 60 "$work/sadc.data"

  cat >"$work/collectd.conf" <<CONF
Hostname "laptop"
BaseDir "$work/collectd"
PIDFile "$work/collectd.pid"
PluginDir "/usr/lib/collectd"
TypesDB "/usr/share/collectd/types.db"
Interval 60
LoadPlugin battery
LoadPlugin cpu
LoadPlugin thermal
LoadPlugin memory
LoadPlugin disk
LoadPlugin load
LoadPlugin csv
<Plugin csv>
  DataDir "$work/collectd/csv"
</Plugin>
CONF
  mkdir -p "$work/collectd"
  begin collectd collectd -f -C "$work/collectd.conf"

  begin node_exporter prometheus-node-exporter --path.sysfs="$work/sys" \
    --web.listen-address="127.0.0.1:$port"
}

scrape() {  # what makes node_exporter work; counted for nobody
  while sleep 60; do
    curl --silent --max-time 10 --output /dev/null "http://127.0.0.1:$port/metrics" || true
  done
}

# --- Counting ------------------------------------------------------------------------------------

family() {  # family PID: it and what it started
  local child
  echo "$1"
  for child in $(pgrep -P "$1" || true); do family "$child"; done
}

# The process that is meant: umockdev-run and its helper only stand around upowerd.
counted_pids() {  # counted_pids NAME
  case $1 in
    upowerd) pgrep -x upowerd -P "$(family "${roots[upowerd]}" | paste -sd,)" || true ;;
    *) family "${roots[$1]}" ;;
  esac
}

field() { awk -v key="$1" '$1 == key { print $2; exit }' "$2" 2>/dev/null || true; }

# CPU ns, voluntary switches, bytes to the block device, resident KB, private dirty KB.
snapshot() {  # snapshot NAME
  local pid task cpu=0 wakes=0 bytes=0 resident=0 dirty=0 ns n
  for pid in $(counted_pids "$1"); do
    for task in /proc/"$pid"/task/*; do
      read -r ns _ <"$task/schedstat" 2>/dev/null || continue
      cpu=$((cpu + ns))
      n=$(field voluntary_ctxt_switches: "$task/status")
      wakes=$((wakes + ${n:-0}))
    done
    n=$(field write_bytes: "/proc/$pid/io")
    bytes=$((bytes + ${n:-0}))
    n=$(field Rss: "/proc/$pid/smaps_rollup")
    resident=$((resident + ${n:-0}))
    n=$(field Private_Dirty: "/proc/$pid/smaps_rollup")
    dirty=$((dirty + ${n:-0}))
  done
  echo "$cpu $wakes $bytes $resident $dirty"
}

snapshots() {  # snapshots FILE
  local name
  {
    echo "at $(date +%s%N)"
    for name in "${names[@]}"; do echo "$name $(snapshot "$name")"; done
  } >"$1"
}

# Block-device writes of a working day: a simulated fortnight, ten working days, is played to the
# end. A quarter of an hour holds one commit; this holds all of them.
bytes_per_day() {
  "$bin/wattlife-simulate" fortnight tests/captures/dell-latitude-7490-worn.capture \
    --until 2026-11-23 -o "$work/fortnight.capture" >/dev/null
  command time -f %O -o "$work/played" "$bin/wattlife-sampler" --state "$work/played-state" \
    --config "$work/config" --capture "$work/fortnight.capture" >"$work/played.log" 2>&1
  echo $(($(tail -n 1 "$work/played") * 512 / 10))
}

# From the start of the program to its end after one sample, stored in memory so that it does not
# wait for the disk: the middle of nine.
first_sample_ms() {
  local i began folder times=()
  folder=$(mktemp -d -p /dev/shm wattlife-cost.XXXXXX)
  for i in 1 2 3 4 5 6 7 8 9; do
    began=$(date +%s%N)
    "$bin/wattlife-sampler" --once --state "$folder/$i" --config "$work/config" >/dev/null 2>&1
    times+=($((($(date +%s%N) - began) / 1000)))
  done
  rm -rf "$folder"
  printf '%s\n' "${times[@]}" | sort -n | sed -n 5p | awk '{ printf "%.1f", $1 / 1000 }'
}

installed_kb() {
  cp "$bin/wattlife-sampler" "$work/stripped"
  strip "$work/stripped"
  echo $(($(stat -c %s "$work/stripped") / 1024))
}

# --- Telling -------------------------------------------------------------------------------------

report() {  # report DAY_BYTES FIRST_MS INSTALLED_KB
  awk -v day_bytes="$1" -v first_ms="$2" -v installed="$3" '
    function goal(name, text, seen, met) {
      printf "%-5s %-60s %14s  %s\n", name, text, seen, met ? "met" : "not met"
    }
    FNR == 1 { at[++file] = $2; next }
    file == 1 { for (i = 2; i <= 4; i++) first[$1, i] = $i; next }
    { name[++n] = $1
      h = 3600e9 / (at[2] - at[1])
      cpu[$1] = ($2 - first[$1, 2]) / 1e6 * h
      wakes[$1] = ($3 - first[$1, 3]) * h
      disk[$1] = ($4 - first[$1, 4]) / 1024 * h * 24
      resident[$1] = $5; dirty[$1] = $6 }
    END {
      cpu["upowerd"] += cpu["bus"]; wakes["upowerd"] += wakes["bus"]
      disk["sampler"] = day_bytes / 1024
      printf "Ran %.1f minutes, all at once. A day is 24 hours; for the sampler, a working day.\n\n", (at[2] - at[1]) / 60e9
      printf "%-22s %12s %9s %12s %12s %14s\n", "", "CPU ms/h", "wakes/h", "disk KB/day", "resident KB", "priv. dirty KB"
      for (i = 1; i <= n; i++) {
        p = name[i]
        if (p == "bus") continue
        printf "%-22s %12.1f %9.0f %12.0f %12d %14d\n", p == "upowerd" ? "upowerd and its bus" : p, cpu[p], wakes[p], disk[p], resident[p], dirty[p]
      }
      printf "\nHow many times the sampler each of them costs\n"
      for (i = 1; i <= n; i++) {
        p = name[i]
        if (p == "bus" || p == "sampler") continue
        printf "%-22s %11.1fx %8.1fx %11.1fx %11.1fx %13.1fx\n", p == "upowerd" ? "upowerd and its bus" : p, cpu[p] / cpu["sampler"], wakes[p] / wakes["sampler"], disk[p] / disk["sampler"], resident[p] / resident["sampler"], dirty[p] / dirty["sampler"]
      }
      s = "sampler"
      printf "\nGoals\n"
      goal("G-B1", "resident at most 6 MB, private dirty at most 1 MB", sprintf("%d, %d KB", resident[s], dirty[s]), resident[s] <= 6144 && dirty[s] <= 1024)
      goal("G-B2", "CPU at most 10 ms an hour", sprintf("%.1f ms", cpu[s]), cpu[s] <= 10)
      goal("G-B3", "at most 75 wakes an hour", sprintf("%.0f", wakes[s]), wakes[s] <= 75)
      goal("G-B4", "at most 2.5 MB a day to the disk", sprintf("%.2f MB", disk[s] / 1024), disk[s] <= 2560)
      goal("G-B5", "program at most 2 MB, stripped", sprintf("%d KB", installed), installed <= 2048)
      goal("G-B6", "first sample after at most 20 ms", first_ms " ms", first_ms <= 20)
      mwh = (cpu[s] / 1000 * 5 + wakes[s] * 0.001) * 10 / 3.6
      goal("G-B7", "own energy at most 1 mWh a day (10 h; assumed 5 W, 1 mJ)", sprintf("%.2f mWh", mwh), mwh <= 1)
      printf "%-5s %s\n", "G-B8", "network: the sampler opens none; the size of reports is tested with the agent"
    }' "$work/first" "$work/last"
}

rm -rf "$work"
mkdir -p "$work/config" "$work/state"
make_laptop
mount --bind "$class" /sys/class
if [ "$wanted" = cold ]; then
  interruptibly "$cold" "$work/cold" "${@:2}"
  exit
fi
echo "A mocked laptop, and $minutes minutes of everyone at once…"
interruptibly bytes_per_day >"$work/day-bytes"
interruptibly first_sample_ms >"$work/first-ms"
begin_everything
live &
started+=($!)
scrape &
started+=($!)
interruptibly sleep 75  # start-up costs are no part of it, and each has had its first turn
snapshots "$work/first"
interruptibly sleep $((minutes * 60))
snapshots "$work/last"
for name in "${names[@]}"; do
  [ -n "$(counted_pids "$name")" ] || die "$name ended early: $(tail -n 3 "$work/$name.log")"
done
echo
report "$(<"$work/day-bytes")" "$(<"$work/first-ms")" "$(installed_kb)"
