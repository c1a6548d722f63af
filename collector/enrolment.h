// SPDX-License-Identifier: EUPL-1.2
// Who may report: tokens of organisations, enrolments of devices, their secrets. Judgement only, as
// pure functions over what the store knows; the contract is docs/wire.md.
//
// The life of an enrolment: a device shows its organisation's token and gets an id and a secret.
// The enrolment is 'te bevestigen': its reports are kept apart. A person confirms it, and the
// reports count. When the same hardware was known, confirming continues the old device's history.
// Two installations of one device that are both alive are a conflict until a person chooses.
//
// With a client certificate that an organisation accepts (certificate_mode.h) no token is needed,
// and who a device is, the key of its certificate says. A laptop that was installed anew, or got
// another key, then goes on by itself as long as nothing contradicts that it is the same one; what
// went on without a person is marked, noted, and can be undone.
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
enum class SecretMatch { none, current, next, certificate };  // certificate: no secret was needed
SecretMatch match(const KnownSecrets& known, std::string_view secret);

// What an enrolment must show with a report, and what was shown. Keys are keyed hashes; empty is
// none.
struct KnownCredential {
  KnownSecrets secrets;
  bool by_certificate = false;
  std::string key_hash;  // by_certificate; empty: its key went to a later installation
};
struct ShownCredential {
  std::string_view secret;
  std::string_view key_hash;
  bool key_of_another = false;  // the key is bound to another enrolment
};
struct CredentialVerdict {
  SecretMatch used = SecretMatch::none;
  Refusal problem;  // none: why
};
// A device in certificate mode shows its own certificate; a secret alone is nothing then, and needs
// not be there. A device in token mode shows its secret, and no certificate of another device.
CredentialVerdict judge_credential(const KnownCredential& known, const ShownCredential& shown);

// The answers to a request whose credential is not accepted, and to one of two installations.
Refusal unknown_device();
Refusal certificate_of_another();
Refusal two_installations();

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
  bool steady = false;  // somebody confirmed it, and there is no conflict about it
};

// An enrolment of the same install id in the same organisation.
struct KnownInstall {
  std::int64_t enrolment = 0;
  EnrolmentState state = EnrolmentState::to_confirm;
  bool secret_used = false;
  bool by_certificate = false;
  std::int64_t device = 0;
  std::optional<std::int64_t> candidate = std::nullopt;
};

// The enrolment that a key is bound to, or was bound to until another key took its place.
struct KnownKey {
  std::int64_t enrolment = 0;
  EnrolmentState state = EnrolmentState::to_confirm;
  std::int64_t device = 0;
  std::optional<std::int64_t> candidate = std::nullopt;
  bool replaced = false;
};
// A certificate that an organisation accepts was shown.
struct KnownCertificate {
  bool organisation_known = false;
  bool confirms = false;  // the organisation said that its certificates confirm a new device
  std::optional<KnownKey> key = std::nullopt;
};

struct EnrolmentKnown {
  std::optional<KnownToken> token;
  std::optional<KnownCertificate> certificate;  // then no token is looked at
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
  bool continues = false;  // created: it is the candidate from now on, without a person
  std::vector<std::int64_t> conflicts;  // enrolments that go into conflict, whatever the kind
};

// The first part of judge_enrolment(), for which nothing of the body need be known.
EnrolmentVerdict judge_admission(const EnrolmentKnown& known, UtcDay today);
EnrolmentVerdict judge_enrolment(const EnrolmentKnown& known, UtcDay today);

// --- Why an enrolment is refused or revoked by a person
// ------------------------------------------------

struct RevokeReason {
  std::string_view code;
  const char* dutch;
  const char* english;
};
inline constexpr RevokeReason revoke_reasons[] = {
    {"niet-herkend", "Niet herkend", "Not recognised"},
    {"andere-organisatie", "Van een andere organisatie", "Of another organisation"},
    {"dubbel", "Dubbel: een andere inschrijving is de juiste", "Double: another one is right"},
    {"kwijt", "Gestolen of kwijt", "Stolen or lost"},
    {"uit-beheer", "Uit beheer: overgedragen of afgevoerd", "No longer managed"},
    {"gelekt", "Sleutel of geheim mogelijk gelekt", "Key or secret may have leaked"},
    {"proef", "Proef of demonstratie", "Test or demonstration"},
};
// nullptr when there is no reason with that code.
const RevokeReason* revoke_reason(std::string_view code);

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
  // It is this very installation, waits, and its secret was never used.
  bool left_over = false;
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
// The enrolments that come to nothing when `self` is heard: a request that was sent twice and ran
// late made them, and the installation goes on with the answer that it has.
std::vector<std::int64_t> left_over(const Alive& self, const std::vector<Rival>& rivals);

}  // namespace wattlife
