#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# The Windows programs under Wine against the real collector on Linux, over HTTPS with private
# certificate authorities: with the wrong one nothing leaves and nothing is lost; with the right one
# the laptop arrives, first with a token, then another one with a client certificate. Windows' own
# trust and its own TLS are not proven by this: Wine has others.
#
#   WATTLIFE_BIN=out/debug/bin WATTLIFE_MINGW_BIN=out/mingw/bin tests/e2e/windows_to_collector.sh
#
# Exit code 77: something that is needed is not there, and the last line says what.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

readonly linux=${WATTLIFE_BIN:-out/debug/bin}
readonly windows=${WATTLIFE_MINGW_BIN:-out/mingw/bin}
readonly snapshot=tests/captures/windows-dell-latitude-5430-on-battery.capture
readonly other=tests/captures/windows-hp-elitebook-840-g7-worn-on-mains.capture
readonly oin=00000001003214345000

skip() {
  echo "skipped: $*"
  exit 77
}
for program in wattlife-sampler wattlife-agent; do
  [ -e "$windows/$program.exe" ] ||
    skip "$windows/$program.exe is not there; ./dev build mingw builds it"
done
[ -x /usr/lib/wine/wine64 ] || skip "Wine is not installed; ./dev setup windows installs it"
command -v curl >/dev/null || skip "curl is not installed"

folder=$(mktemp -d)
collector_pid=
step=preparing

finish() {
  local code=$?
  if [ -n "$collector_pid" ]; then
    kill "$collector_pid" 2>/dev/null || true
    wait "$collector_pid" 2>/dev/null || true
  fi
  if [ "$code" -ne 0 ]; then
    echo "FAILED while $step; what the programs said:"
    tail -n 20 "$folder"/*.log
  fi
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() {
  echo "windows_to_collector: $*"
  exit 1
}

# Z: is the whole file system in Wine.
as_windows() { printf 'Z:%s' "${1//\//\\}"; }

# run EXIT_CODE LOG PROGRAM ARGUMENT...: a Windows program, which must end so.
run() {
  local wanted=$1 log=$folder/$2.log code=0
  shift 2
  timeout 120 tools/mingw/winerun "$windows/$1.exe" "${@:2}" >"$log" 2>&1 </dev/null || code=$?
  [ "$code" -eq "$wanted" ] || fail "$1 ended with $code, not with $wanted"
}

says() { # says LOG TEXT
  grep -qF -- "$2" "$folder/$1.log" || fail "$1.log does not say '$2'"
}

configure() { # configure CA_FOLDER
  mkdir -p "$folder/config"
  cat >"$folder/config/agent.toml" <<TOML
CollectorUrl = "$url"
CaBundlePath = '$(as_windows "$folder/$1/ca.pem")'
EnrollmentToken = "$(cat "$folder/token")"
OrganizationOin = "$oin"
ProxyMode = "none"
TOML
}

collector() { "$linux/wattlife-collector" "$@" --database "sqlite://$folder/fleet/fleet.db"; }

ask() { curl --silent --show-error --fail --max-time 20 --cacert "$folder/right/ca.pem" "$url$1"; }

# With RSA: Wine's Schannel rejects a valid ECDSA signature now and then (about one run in four).
make_certificate() { # make_certificate FOLDER: ca.pem, server.pem, server.key
  mkdir -m 0700 "$1"
  openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 2 -subj '/CN=Wattlife test authority' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout "$1/ca.key" -out "$1/ca.pem"
  openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout "$1/server.key" \
    -out "$1/server.csr"
  openssl x509 -req -in "$1/server.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial \
    -sha256 -days 2 -extfile <(printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n') \
    -out "$1/server.pem"
  chmod 0600 "$1"/*
}

# A laptop's certificate with its key, as PKCS#12; the authority is that of device management.
make_laptop_certificate() { # make_laptop_certificate FOLDER
  mkdir -m 0700 "$1"
  openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 2 -subj '/CN=Werkplek CA' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout "$1/ca.key" -out "$1/ca.pem"
  openssl req -newkey rsa:2048 -nodes -subj '/CN=laptop-2' -keyout "$1/laptop.key" \
    -out "$1/laptop.csr"
  openssl x509 -req -in "$1/laptop.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial \
    -sha256 -days 2 -extfile <(printf 'extendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n') \
    -out "$1/laptop.pem"
  openssl pkcs12 -export -in "$1/laptop.pem" -inkey "$1/laptop.key" -passout pass: \
    -out "$1/laptop.p12"
}

start_collector() {
  step="starting the collector"
  mkdir -m 0700 "$folder/fleet"
  {
    make_certificate "$folder/right"
    make_certificate "$folder/wrong"
    make_laptop_certificate "$folder/management"
    collector migrate
    collector organisation add --oin "$oin" --name 'Ministerie van Voorbeelden'
    collector token create --oin "$oin" --out "$folder/token"
  } >"$folder/prepared.log" 2>&1
  cat >"$folder/collector.toml" <<TOML
[certificates]
key_file = "device.key"
[certificates.werkplek]
issuer = "CN=Werkplek CA"
organisation = "$oin"
subject = "CN=laptop-*"
TOML
  # A port that nobody listens on; somebody may take it first, so a few are tried.
  local attempt tries
  for attempt in 1 2 3 4 5; do
    port=$((20000 + (RANDOM * 7 + attempt) % 20000))
    url=https://localhost:$port
    collector serve --listen "127.0.0.1:$port" --certificate "$folder/right" \
      --client-ca "$folder/management/ca.pem" --config "$folder/collector.toml" \
      >"$folder/collector.log" 2>&1 &
    collector_pid=$!
    for tries in $(seq 200); do
      if ask /v1/apparaten >/dev/null 2>&1; then return; fi
      kill -0 "$collector_pid" 2>/dev/null || break
      sleep 0.1
    done
  done
  fail "the collector did not start (attempt $attempt, $tries tries)"
}

start_collector

step="measuring"
monday=$(date -u -d "@$(($(date -u +%s) - ($(date -u +%u) - 1) * 86400))" +%F)
"$linux/wattlife-simulate" fortnight "$snapshot" --output "$folder/laptop.capture" \
  --until "$monday" --seed 7
configure wrong
laptop=(--capture "$(as_windows "$folder/laptop.capture")" --config "$(as_windows "$folder/config")"
  --state "$(as_windows "$folder/state")")
run 0 sampler wattlife-sampler "${laptop[@]}"
[ -s "$folder/state/public/view.json" ] || fail "the sampler wrote no view.json"

step="being refused"
run 69 refused wattlife-agent "${laptop[@]}" --now
says refused "0 reports sent"
says refused "does not lead to a trusted root"
says refused "CaBundlePath"
waiting=$(sed -n 's/.*0 reports sent, \([0-9]*\) waiting.*/\1/p' "$folder/refused.log")
[ "${waiting:-0}" -gt 0 ] || fail "nothing waits after the refusal"
[ "$(ask /v1/apparaten | grep -c Latitude || true)" -eq 0 ] || fail "the laptop came through"

step="arriving"
configure right
run 0 accepted wattlife-agent "${laptop[@]}" --now
says accepted "$waiting reports sent, 0 waiting"
collector device confirm --all-pending >"$folder/confirm.log"
ask /v1/apparaten >"$folder/devices.json"
grep -q 'Latitude 5430' "$folder/devices.json" || fail "the laptop is not in /v1/apparaten"
collector check >"$folder/check.log" || fail "the collector's database does not agree with itself"

step="sending nothing twice"
run 0 again wattlife-agent "${laptop[@]}" --now
says again "0 reports sent, 0 waiting"

step="arriving with a certificate"
cat >"$folder/config/agent.toml" <<TOML
CollectorUrl = "$url"
CaBundlePath = '$(as_windows "$folder/right/ca.pem")'
EnrollmentMode = "certificate"
ClientCertificateSelector = '$(as_windows "$folder/management/laptop.p12")'
ProxyMode = "none"
TOML
"$linux/wattlife-simulate" fortnight "$other" --output "$folder/laptop.capture" \
  --until "$monday" --seed 8
laptop=(--capture "$(as_windows "$folder/laptop.capture")" --config "$(as_windows "$folder/config")"
  --state "$(as_windows "$folder/state2")")
run 0 sampler wattlife-sampler "${laptop[@]}"
run 0 certified wattlife-agent "${laptop[@]}" --now
grep -q '[1-9][0-9]* reports sent, 0 waiting' "$folder/certified.log" || fail "not all were sent"
grep -q '^outcome accepted' "$folder/state2/agent/contact.txt" || fail "contact.txt is not right"
collector device list | grep -q 'EliteBook 840 G7' || fail "the second laptop did not arrive"
# The secret itself is not known here, but how it is kept is noted beside it.
grep -qa dpapi "$folder"/state2/agent/outbox.db* || fail "the secret is not sealed"

echo "a Windows laptop was refused with the wrong authority, and arrived with the right one; another" \
  "arrived with a certificate:" \
  "$waiting reports"
