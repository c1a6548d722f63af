#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Signing in to a running collector through npm's certified oidc-provider: the whole code flow as a
# browser does it, what role and organisation follow from it, what is refused, and signing out.
#
#   tests/e2e/oidc/sign_in.sh BIN_FOLDER WORK_FOLDER
#
# Exit code 77 when Node.js, curl or the package cannot be had: the reason is printed.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly here
bin=$(readlink -f "$1")
readonly bin
mkdir -p "$2"
work=$(readlink -f "$2")
readonly work
readonly own=00000001003214345000 other=00000004000000062000
# Where the collector may be. The provider knows each of them as an address to send back to.
readonly first_port=9543 last_port=9582
site=
provider=
provider_pid=
collector_pid=
checks=0

skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}
die() {
  printf 'FAILED: %s\n' "$*" >&2
  tail -n 15 "$work"/*.log >&2 2>/dev/null || true
  exit 1
}
expect() {  # expect WHAT WANTED FOUND
  [ "$2" = "$3" ] || die "$1: wanted '$2', found '$3'"
  checks=$((checks + 1))
}
expect_in() {  # expect_in WHAT PART FILE
  grep -qF -- "$2" "$3" || die "$1: '$2' is not in: $(head -c 600 "$3")"
  checks=$((checks + 1))
}
expect_not_in() {  # expect_not_in WHAT PART FILE
  ! grep -qF -- "$2" "$3" || die "$1: '$2' is in the answer"
  checks=$((checks + 1))
}

# shellcheck disable=SC2317 # it is called by the trap below
stop_everything() {
  local pid
  for pid in $collector_pid $provider_pid; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}
trap stop_everything EXIT

# --- The provider --------------------------------------------------------------------------------

command -v curl >/dev/null || skip "curl is not installed; run ./dev setup test"
readonly modules=$work/modules
# shellcheck source=tests/e2e/node.sh
source "$here/../node.sh"
fetch_packages "$here" "$modules"
cp "$here/provider.mjs" "$modules/"

rm -rf "$work"/run "$work"/{provider,serve,collector,laptop}.log
mkdir -p "$work/run"
umask 077
cd "$work/run"
"$bin/wattlife-collector" certificate --out tls >/dev/null
"$bin/wattlife-collector" sign-in client-key --out client.jwk >tls/client.jwks 2>/dev/null
# It takes whatever port the system gives it, and says which.
(cd "$modules" && exec "$node" provider.mjs "$work/run/tls" "$first_port" "$last_port") \
  >"$work/provider.log" 2>&1 &
provider_pid=$!
for tries in $(seq 200); do
  provider=$(sed -n 's/^provider on //p' "$work/provider.log")
  if [ -n "$provider" ]; then break; fi
  kill -0 "$provider_pid" 2>/dev/null || die "the provider ended"
  [ "$tries" -lt 200 ] || die "the provider does not say where it is"
  sleep 0.1
done
readonly provider

# --- The collector, with a laptop of each of two organisations ------------------------------------

collector() { "$bin/wattlife-collector" "$@" --database "sqlite://$work/run/fleet.db"; }

settings() {  # settings CLIENT_ID MORE...
  cat <<TOML
[sign_in]
way = "openid"
public_url = "@site@"
issuer = "$provider"
client_id = "$1"
$2
ca_bundle = "tls/ca.pem"

[sign_in.roles]
"wl-beheer" = "beheerder"
"wl-rijk" = "rijksbreed"
TOML
}

# Serves on one port; fails when the program ends, as it does where another one listens already.
serve_on() {  # serve_on PORT CONFIG
  local tries
  site=https://localhost:$1
  sed "s|@site@|$site|" "$2" >serving.toml
  cat "$work/serve.log" >>"$work/collector.log" 2>/dev/null || true
  "$bin/wattlife-collector" serve --listen "127.0.0.1:$1" --certificate tls \
    --config serving.toml --database "sqlite://$work/run/fleet.db" >"$work/serve.log" 2>&1 &
  collector_pid=$!
  for tries in $(seq 200); do
    # Our own certificate: what another run of this test on this port answers is not believed.
    if ask plain "$site/v1/aanmelding" >/dev/null 2>&1; then return; fi
    kill -0 "$collector_pid" 2>/dev/null || break
    sleep 0.1
  done
  kill "$collector_pid" 2>/dev/null || true
  wait "$collector_pid" || true
  collector_pid=
  return 1
}

# On the first port that can be had. The only sure way to know is to take it.
start_collector() {  # start_collector CONFIG
  local port
  for port in $(seq "$first_port" "$last_port"); do
    if serve_on "$port" "$1"; then return; fi
    grep -q 'in use' "$work/serve.log" || break
  done
  die "the collector did not start on port $port"
}
stop_collector() {
  kill "$collector_pid"
  wait "$collector_pid" || die "the collector did not end well"
  collector_pid=
}

# One request of the browser with this jar of cookies; no redirect is followed.
ask() {  # ask JAR URL [CURL OPTIONS]
  local jar=$1 url=$2
  shift 2
  curl --silent --show-error --max-time 20 --cacert tls/ca.pem --cookie "$jar" --cookie-jar "$jar" \
    "$@" "$url"
}
status_of() {  # status_of JAR URL [CURL OPTIONS]
  ask "$@" --output answer --write-out '%{http_code}'
}
location_of() {  # location_of JAR URL [CURL OPTIONS]: where it sends on, absolute
  ask "$@" --output answer --write-out '%{redirect_url}'
}

# The browser at the provider, as ACCOUNT, from the address the collector sent it to; prints the
# address on the collector that the provider sends it back to.
at_provider() {  # at_provider JAR ACCOUNT URL
  local jar=$1 account=$2 url=$3 hops
  for hops in 1 2 3 4 5 6; do
    url=$(location_of "$jar" "$url")
    case $url in
      "$site"/*)
        printf '%s' "$url"
        return
        ;;
      "$provider"/account/*) url="$url?name=$account" ;;
      "$provider"/*) ;;
      *) die "after $hops steps the provider sent the browser to '$url': $(head -c 300 answer)" ;;
    esac
  done
  die "the provider sends the browser round"
}

sign_in() {  # sign_in JAR ACCOUNT: the status of the way back
  local away back
  away=$(location_of "$1" "$site/aanmelden?naar=%2F")
  back=$(at_provider "$1" "$2" "$away")
  status_of "$1" "$back"
}

make_laptop() {  # make_laptop NAME OIN TOKEN CAPTURE
  mkdir -p "$1"
  {
    "$bin/wattlife-simulate" fortnight "$4" --output "$1.capture" --until 2026-11-23 --seed 1 \
      --serial "PROEF-$1" --policy "CollectorUrl=$site" --policy "OrganizationOin=$2" \
      --policy "CaBundlePath=$work/run/tls/ca.pem" --policy "EnrollmentToken=$(cat "$3")"
    "$bin/wattlife-sampler" --capture "$1.capture" --state "$1"
    "$bin/wattlife-agent" --capture "$1.capture" --state "$1" --now
  } >>"$work/laptop.log" 2>&1
}

settings wattlife 'client_key_file = "client.jwk"' >collector.toml
collector migrate >/dev/null
collector organisation add --oin $own --name Eigen >/dev/null
collector organisation add --oin $other --name Ander >/dev/null
collector token create --oin $own --out own.token 2>/dev/null >&2
collector token create --oin $other --out other.token 2>/dev/null >&2
start_collector collector.toml
"$bin/wattlife-collector" sign-in check --config serving.toml >check.txt ||
  die "sign-in check: $(cat check.txt)"
expect_in "sign-in check" "redirect address   $site/aanmelden/terug" check.txt
readonly captures=$here/../../captures
make_laptop own $own own.token "$captures/lenovo-thinkpad-t480s-on-battery.capture"
make_laptop other $other other.token "$captures/dell-latitude-7490-worn.capture"
collector device confirm --all-pending >/dev/null

# --- In -------------------------------------------------------------------------------------------

expect "nobody: the page" 303 "$(status_of nobody "$site/" --header 'Accept: text/html')"
expect "nobody: the API" 401 "$(status_of nobody "$site/v1/apparaten")"
expect_in "nobody: a problem that a machine can read" urn:wattlife:problem:sign-in answer

expect "anna signs in" 303 "$(sign_in anna anna)"
expect "anna: devices" 200 "$(status_of anna "$site/v1/apparaten")"
expect_in "anna: her laptop" 'ThinkPad T480s' answer
expect_not_in "anna: not the other's" 'Latitude' answer
expect_not_in "anna: not the other's organisation" $other answer
expect "anna: who am I" 200 "$(status_of anna "$site/v1/aanmelding")"
expect_in "anna: role" '"rollen": ["beheerder"]' answer
expect_in "anna: organisation" "\"organisaties\": [\"$own\"]" answer
expect_in "anna: name" 'Anna de Vries' answer

expect "ander signs in" 303 "$(sign_in ander ander)"
expect "ander: devices" 200 "$(status_of ander "$site/v1/apparaten")"
expect_in "ander: their laptop" 'Latitude 7490' answer
expect_not_in "ander: not anna's" 'ThinkPad' answer

expect "rijk signs in" 303 "$(sign_in rijk rijk)"
expect "rijk: no devices" 403 "$(status_of rijk "$site/v1/apparaten")"
expect "rijk: sums" 200 "$(status_of rijk "$site/v1/energieoverzicht")"
expect "rijk: the page" 200 "$(status_of rijk "$site/")"
expect_not_in "rijk: no device on it" 'ThinkPad' answer

expect "niemand signs in" 303 "$(sign_in niemand niemand)"
expect "niemand: no match, no role" 403 "$(status_of niemand "$site/" --header 'Accept: text/html')"
expect_in "niemand: told so" 'U hebt hier geen rol' answer

# --- Refused --------------------------------------------------------------------------------------

for account in wrong-audience wrong-issuer wrong-party wrong-key expired; do
  expect "$account is refused" 403 "$(sign_in "$account" "$account")"
  expect "$account has no session" 401 "$(status_of "$account" "$site/v1/apparaten")"
done

away=$(location_of nonce "$site/aanmelden")
changed=${away/nonce=/nonce=x}
[ "$changed" != "$away" ] || die "the request to sign in has no nonce: $away"
back=$(at_provider nonce anna "$changed")
expect "another nonce is refused" 403 "$(status_of nonce "$back")"
expect "another nonce gives no session" 401 "$(status_of nonce "$site/v1/apparaten")"

away=$(location_of state "$site/aanmelden")
back=$(at_provider state anna "$away")
expect "another state is refused" 403 "$(status_of state "${back/state=/state=x}")"

away=$(location_of challenge "$site/aanmelden")
[[ $away == *code_challenge_method=S256* ]] || die "no PKCE with S256: $away"
back=$(at_provider challenge anna "${away/code_challenge=/code_challenge=x}")
expect "a code for another verifier is refused" 403 "$(status_of challenge "$back")"

away=$(location_of victim "$site/aanmelden")
back=$(at_provider attacker anna "$away")
expect "somebody else's answer in a browser that began nothing" 400 "$(status_of innocent "$back")"
back=$(at_provider attacker anna "$(location_of attacker "$site/aanmelden")")
location_of victim "$site/aanmelden" >/dev/null
expect "somebody else's answer in a browser that began" 403 "$(status_of victim "$back")"

back=$(at_provider twice anna "$(location_of twice "$site/aanmelden")")
cp twice twice.copy
expect "a code works once" 303 "$(status_of twice "$back")"
expect "and not again" 403 "$(status_of twice.copy "$back")"

# --- Out ------------------------------------------------------------------------------------------

cp anna anna.copy
status_of anna "$site/" --header 'Accept: text/html' >/dev/null
token=$(sed -n 's/.*name="formulier" value="\([0-9a-f]*\)".*/\1/p' answer)
expect "the form has a token" 64 "${#token}"
out() { status_of anna "$site/afmelden" --data "formulier=$1" --header "Origin: $2"; }
expect "signing out without the token" 403 "$(out 0 "$site")"
expect "signing out from another site" 403 "$(out "$token" https://evil.example)"
expect "still in" 200 "$(status_of anna "$site/v1/apparaten")"
expect "signing out" 303 "$(out "$token" "$site")"
expect "out" 401 "$(status_of anna "$site/v1/apparaten")"
expect "a copy of the cookie is out too" 401 "$(status_of anna.copy "$site/v1/apparaten")"
expect "the page after it" 200 "$(status_of anna "$site/afgemeld")"
expect_in "it offers the provider's own" "$provider/session/end?client_id=wattlife" answer
end=$(sed -n 's/.*href="\(https[^"]*\)".*/\1/p' answer | sed 's/&amp;/\&/g')
expect "the provider knows that address" 200 "$(status_of anna "$end")"

# --- A collector that starts again, with another key, and with a secret ---------------------------

expect "ander is still in" 200 "$(status_of ander "$site/v1/apparaten")"
stop_collector
start_collector collector.toml
expect "a session outlives a restart" 200 "$(status_of ander "$site/v1/apparaten")"
stop_collector
rm session.key
settings wattlife-secret 'client_authentication = "client_secret_basic"
client_secret_file = "client.secret"' >secret.toml
printf '%s\n' 'a secret with / and + in it: 0123456789' >client.secret
start_collector secret.toml
expect "a new key signs everyone out" 401 "$(status_of ander "$site/v1/apparaten")"
expect "signing in with a client secret" 303 "$(sign_in anna anna)"
expect "and in" 200 "$(status_of anna "$site/v1/apparaten")"
kill "$provider_pid"
wait "$provider_pid" 2>/dev/null || true
provider_pid=
expect "the provider is away: who is in, stays" 200 "$(status_of anna "$site/v1/apparaten")"
expect "the provider is away: devices go on" 415 "$(status_of plain "$site/device/v1/reports" --data x)"
stop_collector

printf '%s checks held\n' "$checks"
