// SPDX-License-Identifier: EUPL-1.2
// Who may report: tokens of organisations, enrolments of devices, their secrets. Judgement only, as
// pure functions over what the store knows; the contract is docs/wire.md.
//
// The life of an enrolment: a device shows its organisation's token and gets an id and a secret.
// The enrolment is 'te bevestigen': its reports are kept apart. A person confirms it, and the
// reports count. When the same hardware was known, confirming continues the old device's history.
// Two installations of one device that are both alive are a conflict until a person chooses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/http.h"
#include "core/fingerprint.h"
#include "core/time.h"
#include "proto/wire.h"

namespace wattlife {

enum class EnrolmentState { to_confirm, confirmed, conflict, revoked };
const char* name_of(
    EnrolmentState state);  // "te-bevestigen", "bevestigd", "conflict", "ingetrokken"
std::optional<EnrolmentState> enrolment_state_from(std::string_view name);

inline constexpr int default_pending_limit = 1000;  // unconfirmed enrolments per organisation
inline constexpr int secret_life_days = 28;         // then a new one is offered

// --- Credentials
// ----------------------------------------------------------------------------------

// `Authorization: Bearer <device id>.<secret>`, both hexadecimal. Empty when it is not that.
struct Credential {
  Id128 device_id;
  std::string secret;
};
std::optional<Credential> credential_from(std::string_view authorization);
// The token of `Authorization: Bearer <token>`; empty when it is not that.
std::string token_from(std::string_view authorization);

struct KnownSecrets {
  std::string hash;
  std::string next_hash;  // empty: none was offered
  UtcDay made;            // the day from which the current one counts
};
enum class SecretMatch { none, current, next };
SecretMatch match(const KnownSecrets& known, std::string_view secret);

// Whether to send a new secret with the next acknowledgement. It is offered again until it is used:
// an answer may be lost, and both work until the next one was used once.
bool offers_next_secret(const KnownSecrets& known, SecretMatch used, UtcDay today);

// --- Identity of hardware
// -------------------------------------------------------------------------

// What two machines have in common, as far as the numbers tell identity.
struct SharedIdentity {
  bool system_serial = false;
  bool system_uuid = false;
  int disk_serials = 0;
  // The system's serial or UUID, or two drives: one drive may have been moved.
  bool same_hardware() const { return system_serial || system_uuid || disk_serials >= 2; }
};
SharedIdentity shared_identity(const Serials& a, const Serials& b);

// --- Enrolment
// ------------------------------------------------------------------------------------

struct KnownToken {
  bool revoked = false;
  UtcDay expiry;  // the first day on which it no longer works
};

// A device that the store knows with the same hardware.
struct KnownHardware {
  std::int64_t device = 0;  // number of its row
  SharedIdentity shared;
};

// An enrolment of the same install id in the same organisation.
struct KnownInstall {
  std::int64_t enrolment = 0;
  EnrolmentState state = EnrolmentState::to_confirm;
  bool secret_used = false;
};

struct EnrolmentKnown {
  std::optional<KnownToken> token;
  bool within_rate = true;
  int pending = 0;
  int pending_limit = default_pending_limit;
  std::optional<KnownInstall> install;
  std::vector<KnownHardware> hardware;
  bool in_stock = false;        // the system's serial stands in imported inventory
  bool claimed_before = false;  // some enrolment, of whatever state, had that serial
};

struct EnrolmentVerdict {
  enum class Kind {
    refused,  // `problem` says why
    again,    // the answer to an earlier attempt was lost: the same enrolment, a new secret
    created,
  };
  Kind kind = Kind::refused;
  Refusal problem;
  std::int64_t enrolment = 0;  // again: which
  EnrolmentState state = EnrolmentState::to_confirm;
  bool unproven = false;                  // confirmed without a person: 'identiteit niet bewezen'
  std::optional<std::int64_t> candidate;  // created: the device that it continues once confirmed
};

EnrolmentVerdict judge_token(const std::optional<KnownToken>& token, bool within_rate,
                             UtcDay today);
EnrolmentVerdict judge_enrolment(const EnrolmentKnown& known, UtcDay today);

// --- Rate
// -----------------------------------------------------------------------------------------

// At most `burst` at once and then `per_minute`, per token.
struct RateState {
  double left = -1;  // below zero: not used yet
  Duration at{0};
};
inline constexpr int enrolment_burst = 120;
inline constexpr int enrolments_per_minute = 60;
bool take_one(RateState& state, Duration now);

// --- Two installations
// ----------------------------------------------------------------------------

// Another installation of the same device, or one that claims to be it.
struct Rival {
  std::int64_t enrolment = 0;
  EnrolmentState state = EnrolmentState::confirmed;
  std::int64_t last_contact = 0;  // contacts are numbered, so that their order needs no clock
  UtcDay last_day;
  bool counted_this_period = false;  // it has energy of the period that is now reported
};
struct Alive {
  std::int64_t enrolment = 0;
  EnrolmentState state = EnrolmentState::confirmed;
  std::optional<std::int64_t> last_contact;  // empty: never heard of before
  bool settled = false;                      // a person chose this one in an earlier conflict
};
// Whose enrolments are in conflict when `self` is heard today: two are alive in one week when
// each was heard after the other. A claim that nobody confirmed never harms a confirmed one.
std::vector<std::int64_t> in_conflict(const Alive& self, const std::vector<Rival>& rivals,
                                      UtcDay today);

}  // namespace wattlife
