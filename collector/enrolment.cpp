// SPDX-License-Identifier: EUPL-1.2
#include "collector/enrolment.h"

#include <algorithm>

#include "collector/digest.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr int seconds_a_day = 86'400;
constexpr int retry_after_rate_s = 60;

struct StateName {
  EnrolmentState state;
  const char* name;
};
constexpr StateName state_names[] = {
    {EnrolmentState::to_confirm, "te-bevestigen"},
    {EnrolmentState::confirmed, "bevestigd"},
    {EnrolmentState::conflict, "conflict"},
    {EnrolmentState::revoked, "ingetrokken"},
};

std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (lower_case(authorization.substr(0, scheme.size())) != scheme) return {};
  return trimmed(authorization.substr(scheme.size()));
}

EnrolmentVerdict refused(Refusal problem) {
  EnrolmentVerdict verdict;
  verdict.problem = std::move(problem);
  return verdict;
}

Refusal unknown_token() {
  return {401,
          "unknown-token",
          "The token is not accepted",
          "The enrolment token is missing, unknown, expired or revoked.",
          "Het inschrijvingstoken ontbreekt, is onbekend, verlopen of ingetrokken.",
          0,
          {{"WWW-Authenticate", "Bearer"}}};
}

Refusal no_organisation() {
  return {401,
          "certificate-without-organisation",
          "The client certificate is not accepted",
          "The organisation that this certificate belongs to is not known to this collector.",
          "De organisatie van dit certificaat is bij deze collector niet bekend.",
          0,
          {{"WWW-Authenticate", "Bearer"}}};
}

Refusal certificate_needed() {
  return {401,
          "certificate-required",
          "The client certificate is not accepted",
          "This device enrolled with a client certificate and must show it.",
          "Dit apparaat is met een certificaat ingeschreven en moet dat tonen.",
          0,
          {{"WWW-Authenticate", "Bearer"}}};
}

Refusal too_fast() {
  return {429,
          "too-many-enrolments",
          "Too many enrolments at once",
          "Enrolments come in faster than they are accepted; try again later.",
          "Er zijn te veel inschrijvingen tegelijk; probeer het later opnieuw.",
          retry_after_rate_s,
          {}};
}

Refusal too_many_pending(int limit) {
  const std::string count = std::to_string(limit);
  return {
      429,
      "too-many-pending",
      "Too many devices wait for confirmation",
      "There are " + count + " unconfirmed devices; an administrator must confirm them first.",
      "Er wachten " + count + " apparaten op bevestiging; een beheerder moet die eerst bekijken.",
      seconds_a_day,
      {}};
}

int strength(const SharedIdentity& shared) {
  return (shared.system_serial ? 100 : 0) + (shared.system_uuid ? 50 : 0) + shared.disk_serials;
}

bool is_left_over(const Alive& self, const Rival& rival) {
  return rival.left_over && rival.state == EnrolmentState::to_confirm &&
         rival.enrolment != self.enrolment;
}

UtcDay monday_of(UtcDay day) { return day - (std::chrono::weekday{day} - std::chrono::Monday); }

// --- Verdicts in certificate mode ---------------------------------------------------------------

EnrolmentVerdict again(std::int64_t enrolment, EnrolmentState state) {
  EnrolmentVerdict verdict;
  verdict.kind = EnrolmentVerdict::Kind::again;
  verdict.enrolment = enrolment;
  verdict.state = state;
  return verdict;
}

EnrolmentVerdict continued(std::int64_t device) {
  EnrolmentVerdict verdict;
  verdict.kind = EnrolmentVerdict::Kind::created;
  verdict.state = EnrolmentState::confirmed;
  verdict.candidate = device;
  verdict.continues = true;
  return verdict;
}

EnrolmentVerdict alive_twice(std::vector<std::int64_t> conflicts) {
  EnrolmentVerdict verdict = refused(two_installations());
  verdict.conflicts = std::move(conflicts);
  return verdict;
}

// The known device that shows most of the same numbers; nullptr when none is the same hardware.
const KnownHardware* same_hardware(const std::vector<KnownHardware>& hardware) {
  const auto best = std::max_element(
      hardware.begin(), hardware.end(),
      [](const auto& a, const auto& b) { return strength(a.shared) < strength(b.shared); });
  const bool found = best != hardware.end() && best->shared.same_hardware();
  return found ? &*best : nullptr;
}

// Whether that hardware is the device of an enrolment, or the one that it says it continues.
template <class Enrolment>
bool is_of(const KnownHardware& hardware, const Enrolment& enrolment) {
  return hardware.device == enrolment.device || hardware.device == enrolment.candidate;
}

// The key is bound already, to an enrolment that was not revoked. A claim that does not fit never
// takes the key away from who has it.
EnrolmentVerdict judge_known_key(const EnrolmentKnown& known, const KnownKey& key,
                                 const KnownHardware* hardware) {
  if (key.replaced) {
    const bool counts = key.state == EnrolmentState::confirmed;
    return alive_twice(counts ? std::vector<std::int64_t>{key.enrolment}
                              : std::vector<std::int64_t>());
  }
  if (key.state == EnrolmentState::conflict) return alive_twice({});
  if (hardware != nullptr && !is_of(*hardware, key)) return refused(certificate_of_another());
  const auto& install = known.install;
  const bool same_install = install && install->enrolment == key.enrolment;
  // A lost answer, a lost state, a new main board; or nobody looked at it yet.
  if (same_install || key.state == EnrolmentState::to_confirm) {
    return again(key.enrolment, key.state);
  }
  // An installation that was replaced is heard again.
  if (install && install->state == EnrolmentState::confirmed && install->device == key.device) {
    return alive_twice({install->enrolment, key.enrolment});
  }
  if (hardware == nullptr) return refused(certificate_of_another());
  return continued(key.device);
}

EnrolmentVerdict judge_new(const EnrolmentKnown& known, std::optional<std::int64_t> candidate,
                           bool confirms) {
  EnrolmentVerdict verdict;
  verdict.kind = EnrolmentVerdict::Kind::created;
  verdict.candidate = candidate;
  if (!candidate && !known.claimed_before && (known.in_stock || confirms)) {
    verdict.state = EnrolmentState::confirmed;
    verdict.unproven = !confirms;
    return verdict;
  }
  if (known.pending >= known.pending_limit) return refused(too_many_pending(known.pending_limit));
  return verdict;
}

EnrolmentVerdict judge_certificate(const EnrolmentKnown& known) {
  const KnownCertificate& shown = *known.certificate;
  const KnownHardware* hardware = same_hardware(known.hardware);
  const auto& install = known.install;
  if (install && install->state == EnrolmentState::conflict) return alive_twice({});
  const bool revoked = shown.key && shown.key->state == EnrolmentState::revoked;
  if (shown.key && !revoked) return judge_known_key(known, *shown.key, hardware);
  if (!shown.key && hardware != nullptr) {
    // The same installation on the same hardware with another key: its certificate was renewed.
    const bool lives = install && install->state != EnrolmentState::revoked;
    if (lives && is_of(*hardware, *install)) return again(install->enrolment, install->state);
    if (hardware->steady) return continued(hardware->device);
  }
  std::optional<std::int64_t> candidate;
  if (hardware != nullptr) candidate = hardware->device;
  if (!candidate && revoked) candidate = shown.key->device;
  return judge_new(known, candidate, shown.confirms);
}

}  // namespace

const char* name_of(EnrolmentState state) {
  for (const StateName& row : state_names) {
    if (row.state == state) return row.name;
  }
  return "onbekend";
}

std::optional<EnrolmentState> enrolment_state_from(std::string_view name) {
  for (const StateName& row : state_names) {
    if (row.name == name) return row.state;
  }
  return std::nullopt;
}

std::optional<Credential> credential_from(std::string_view authorization) {
  const std::string_view both = bearer(authorization);
  const std::size_t dot = both.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto id = bytes_from_hex(both.substr(0, dot));
  const auto secret = bytes_from_hex(both.substr(dot + 1));
  if (!id || !secret || id->size() != id_bytes || secret->size() != secret_bytes) {
    return std::nullopt;
  }
  return Credential{*id, *secret};
}

std::string token_from(std::string_view authorization) {
  return std::string(bearer(authorization));
}

SecretMatch match(const KnownSecrets& known, std::string_view secret) {
  const std::string hash = sha256(secret);
  if (same_digest(hash, known.hash)) return SecretMatch::current;
  if (same_digest(hash, known.next_hash)) return SecretMatch::next;
  return SecretMatch::none;
}

bool offers_next_secret(const KnownSecrets& known, SecretMatch used, UtcDay today) {
  return used == SecretMatch::current && today - known.made >= std::chrono::days(secret_life_days);
}

Refusal unknown_device() {
  return {401,
          "unknown-device",
          "The device is not known",
          "The credential is missing, unknown or revoked; enrol the device again.",
          "De sleutel ontbreekt, is onbekend of is ingetrokken; schrijf het apparaat opnieuw in.",
          0,
          {{"WWW-Authenticate", "Bearer"}}};
}

Refusal certificate_of_another() {
  return {401,
          "certificate-of-another",
          "The client certificate is not accepted",
          "This certificate is that of another device, or of one that was installed elsewhere.",
          "Dit certificaat hoort bij een ander apparaat, of bij een dat elders is geïnstalleerd.",
          0,
          {{"WWW-Authenticate", "Bearer"}}};
}

Refusal two_installations() {
  return {409,
          "two-installations",
          "Two installations of this device are alive",
          "Two installations report as the same device; an administrator must choose one.",
          "Twee installaties melden zich als hetzelfde apparaat; een beheerder moet er een kiezen.",
          0,
          {}};
}

CredentialVerdict judge_credential(const KnownCredential& known, const ShownCredential& shown) {
  const SecretMatch secret = match(known.secrets, shown.secret);
  if (!known.by_certificate) {
    if (secret == SecretMatch::none) return {SecretMatch::none, unknown_device()};
    if (shown.key_of_another) return {SecretMatch::none, certificate_of_another()};
    return {secret, {}};
  }
  if (shown.key_hash.empty()) {
    // Who knows nothing of the device learns nothing of it either.
    const bool knows = secret != SecretMatch::none;
    return {SecretMatch::none, knows ? certificate_needed() : unknown_device()};
  }
  if (!same_digest(shown.key_hash, known.key_hash)) {
    return {SecretMatch::none, certificate_of_another()};
  }
  return {secret == SecretMatch::none ? SecretMatch::certificate : secret, {}};
}

SharedIdentity shared_identity(const Serials& a, const Serials& b) {
  const auto equal = [](const std::optional<std::string>& x, const std::optional<std::string>& y) {
    return x && y && *x == *y && tells_identity(*x);
  };
  SharedIdentity shared;
  shared.system_serial = equal(a.system_serial, b.system_serial);
  shared.system_uuid = equal(a.system_uuid, b.system_uuid);
  for (const std::string& serial : a.disk_serials) {
    const bool common =
        std::find(b.disk_serials.begin(), b.disk_serials.end(), serial) != b.disk_serials.end();
    if (common && tells_identity(serial)) ++shared.disk_serials;
  }
  return shared;
}

EnrolmentVerdict judge_admission(const EnrolmentKnown& known, UtcDay today) {
  if (known.certificate) {
    if (!known.certificate->organisation_known) return refused(no_organisation());
  } else {
    const auto& token = known.token;
    if (!token || token->revoked || token->expiry <= today) return refused(unknown_token());
  }
  if (!known.within_rate) return refused(too_fast());
  EnrolmentVerdict verdict;
  verdict.kind = EnrolmentVerdict::Kind::created;
  return verdict;
}

EnrolmentVerdict judge_enrolment(const EnrolmentKnown& known, UtcDay today) {
  const EnrolmentVerdict admitted = judge_admission(known, today);
  if (admitted.kind == EnrolmentVerdict::Kind::refused) return admitted;
  if (known.certificate) return judge_certificate(known);

  // The device never used its secret: our answer did not arrive, and it asks again.
  const auto& install = known.install;
  if (install && !install->secret_used && !install->by_certificate &&
      install->state != EnrolmentState::revoked && install->state != EnrolmentState::conflict) {
    return again(install->enrolment, install->state);
  }
  std::optional<std::int64_t> candidate;
  if (const auto* hardware = same_hardware(known.hardware)) candidate = hardware->device;
  return judge_new(known, candidate, false);
}

const RevokeReason* revoke_reason(std::string_view code) {
  for (const RevokeReason& reason : revoke_reasons) {
    if (reason.code == code) return &reason;
  }
  return nullptr;
}

bool take_one(RateState& state, Duration now) {
  if (state.left < 0) state = {enrolment_burst, now};
  const double minutes = std::chrono::duration<double, std::ratio<60>>(now - state.at).count();
  state.left = std::min<double>(enrolment_burst, state.left + minutes * enrolments_per_minute);
  state.at = now;
  if (state.left < 1) return false;
  state.left -= 1;
  return true;
}

std::vector<std::int64_t> in_conflict(const Alive& self, const std::vector<Rival>& rivals,
                                      UtcDay today) {
  std::vector<std::int64_t> enrolments;
  for (const Rival& rival : rivals) {
    if (rival.state == EnrolmentState::revoked || rival.state == EnrolmentState::conflict) continue;
    if (is_left_over(self, rival)) continue;
    const bool same_week = monday_of(rival.last_day) == monday_of(today);
    const bool in_turns = self.last_contact && rival.last_contact > *self.last_contact;
    const bool both_counted = rival.counted_this_period && !self.settled;
    if (!(same_week && in_turns) && !both_counted) continue;
    // Within one enrolment there is nothing to choose from: its secret is used in two places.
    const bool self_confirmed = self.state == EnrolmentState::confirmed;
    const bool rival_confirmed = rival.state == EnrolmentState::confirmed;
    if (rival.enrolment == self.enrolment) {
      enrolments.push_back(self.enrolment);
      continue;
    }
    if (self_confirmed == rival_confirmed || !self_confirmed) enrolments.push_back(self.enrolment);
    if (self_confirmed == rival_confirmed || !rival_confirmed) {
      enrolments.push_back(rival.enrolment);
    }
  }
  std::sort(enrolments.begin(), enrolments.end());
  enrolments.erase(std::unique(enrolments.begin(), enrolments.end()), enrolments.end());
  return enrolments;
}

std::vector<std::int64_t> left_over(const Alive& self, const std::vector<Rival>& rivals) {
  std::vector<std::int64_t> enrolments;
  for (const Rival& rival : rivals) {
    if (is_left_over(self, rival)) enrolments.push_back(rival.enrolment);
  }
  return enrolments;
}

}  // namespace wattlife
