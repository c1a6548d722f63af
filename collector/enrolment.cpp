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

Refusal too_fast() {
  return {429,
          "too-many-enrolments",
          "Too many enrolments at once",
          "This token is used faster than enrolments are accepted; try again later.",
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

UtcDay monday_of(UtcDay day) { return day - (std::chrono::weekday{day} - std::chrono::Monday); }

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

EnrolmentVerdict judge_token(const std::optional<KnownToken>& token, bool within_rate,
                             UtcDay today) {
  if (!token || token->revoked || token->expiry <= today) return refused(unknown_token());
  if (!within_rate) return refused(too_fast());
  EnrolmentVerdict verdict;
  verdict.kind = EnrolmentVerdict::Kind::created;
  return verdict;
}

EnrolmentVerdict judge_enrolment(const EnrolmentKnown& known, UtcDay today) {
  EnrolmentVerdict verdict = judge_token(known.token, known.within_rate, today);
  if (verdict.kind == EnrolmentVerdict::Kind::refused) return verdict;

  // The device never used its secret: our answer did not arrive, and it asks again.
  const auto& install = known.install;
  if (install && !install->secret_used && install->state != EnrolmentState::revoked &&
      install->state != EnrolmentState::conflict) {
    verdict.kind = EnrolmentVerdict::Kind::again;
    verdict.enrolment = install->enrolment;
    verdict.state = install->state;
    return verdict;
  }
  const auto best = std::max_element(
      known.hardware.begin(), known.hardware.end(),
      [](const auto& a, const auto& b) { return strength(a.shared) < strength(b.shared); });
  if (best != known.hardware.end() && best->shared.same_hardware()) {
    verdict.candidate = best->device;
  }
  if (!verdict.candidate && known.in_stock && !known.claimed_before) {
    verdict.state = EnrolmentState::confirmed;
    verdict.unproven = true;
    return verdict;
  }
  if (known.pending >= known.pending_limit) return refused(too_many_pending(known.pending_limit));
  verdict.state = EnrolmentState::to_confirm;
  return verdict;
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

}  // namespace wattlife
