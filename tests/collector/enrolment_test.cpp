// SPDX-License-Identifier: EUPL-1.2
#include "collector/enrolment.h"

#include <gtest/gtest.h>

#include "collector/digest.h"
#include "core/text.h"

namespace wattlife {
namespace {

using std::chrono::days;
const UtcDay wednesday = *day_from_iso8601("2026-11-04");
const std::string secret(secret_bytes, 's');
const std::string next_secret(secret_bytes, 'n');

TEST(Credential, is_two_hexadecimal_parts_of_the_right_length) {
  const std::string id_hex = hex_from_bytes(std::string(id_bytes, 'i'));
  const std::string secret_hex = hex_from_bytes(secret);
  struct Case {
    const char* name;
    std::string header;
    bool accepted;
  };
  const Case cases[] = {
      {"as it should be", "Bearer " + id_hex + "." + secret_hex, true},
      {"scheme in another case", "bearer " + id_hex + "." + secret_hex, true},
      {"nothing", "", false},
      {"only the scheme", "Bearer ", false},
      {"another scheme", "Basic " + id_hex + "." + secret_hex, false},
      {"no dot", "Bearer " + id_hex + secret_hex, false},
      {"short id", "Bearer " + id_hex.substr(2) + "." + secret_hex, false},
      {"long secret", "Bearer " + id_hex + "." + secret_hex + "00", false},
      {"not hexadecimal", "Bearer " + id_hex + "." + std::string(64, 'g'), false},
      {"a second dot", "Bearer " + id_hex + "." + secret_hex + ".", false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto credential = credential_from(c.header);
    EXPECT_EQ(credential.has_value(), c.accepted);
    if (credential) {
      EXPECT_EQ(credential->secret, secret);
    }
  }
}

TEST(Secret, both_work_until_the_next_one_was_used) {
  const KnownSecrets one{sha256(secret), "", wednesday};
  const KnownSecrets two{sha256(secret), sha256(next_secret), wednesday};
  EXPECT_EQ(match(one, secret), SecretMatch::current);
  EXPECT_EQ(match(one, next_secret), SecretMatch::none);
  EXPECT_EQ(match(one, ""), SecretMatch::none);
  EXPECT_EQ(match(two, secret), SecretMatch::current);
  EXPECT_EQ(match(two, next_secret), SecretMatch::next);
  EXPECT_EQ(match(KnownSecrets{"", "", wednesday}, secret), SecretMatch::none);
}

TEST(Secret, a_new_one_is_offered_from_the_28th_day) {
  const KnownSecrets known{sha256(secret), "", wednesday};
  EXPECT_FALSE(offers_next_secret(known, SecretMatch::current, wednesday));
  EXPECT_FALSE(offers_next_secret(known, SecretMatch::current, wednesday + days(27)));
  EXPECT_TRUE(offers_next_secret(known, SecretMatch::current, wednesday + days(28)));
  EXPECT_FALSE(offers_next_secret(known, SecretMatch::next, wednesday + days(28)));
}

TEST(Identity, placeholders_tell_nothing) {
  for (const char* serial : {"", "0", "123", "00000000", "To be filled by O.E.M.", "Default string",
                             "System Serial Number", "Not Specified", "xxxxxxxx", "FFFFFFFF-FFFF",
                             "123456789", "N/A", "unknown", "INVALID"}) {
    EXPECT_FALSE(tells_identity(serial)) << serial;
  }
  for (const char* serial : {"PF1ABCDE", "5CD9123XYZ", "J4N0", "7f3a-11e9-0000"}) {
    EXPECT_TRUE(tells_identity(serial)) << serial;
  }
}

TEST(Identity, one_drive_may_have_been_moved_two_are_the_machine) {
  const Serials mine{"PF1ABCDE", "uuid-11e9", {"DISK1", "DISK2"}, {}};
  struct Case {
    const char* name;
    Serials other;
    bool same;
  };
  const Case cases[] = {
      {"same serial", {"PF1ABCDE", {}, {}, {}}, true},
      {"same uuid", {{}, "uuid-11e9", {}, {}}, true},
      {"new main board, both drives", {"PF9NEW00", "uuid-new0", {"DISK2", "DISK1"}, {}}, true},
      {"one drive", {"PF9NEW00", {}, {"DISK1"}, {}}, false},
      {"nothing", {}, false},
      {"same battery only", {{}, {}, {}, {"B1"}}, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(shared_identity(mine, c.other).same_hardware(), c.same);
  }
  const Serials placeholder{"To be filled by O.E.M.", "00000000-0000", {"0000"}, {}};
  EXPECT_FALSE(shared_identity(placeholder, placeholder).same_hardware());
}

// --- Enrolment
// ------------------------------------------------------------------------------------

EnrolmentKnown good_token() {
  EnrolmentKnown known;
  known.token = KnownToken{false, wednesday + days(30)};
  return known;
}

TEST(Enrolment, a_token_only_makes_a_pending_device) {
  const EnrolmentVerdict verdict = judge_enrolment(good_token(), wednesday);
  EXPECT_EQ(verdict.kind, EnrolmentVerdict::Kind::created);
  EXPECT_EQ(verdict.state, EnrolmentState::to_confirm);
  EXPECT_FALSE(verdict.candidate);
}

TEST(Enrolment, refusals) {
  struct Case {
    const char* name;
    std::function<void(EnrolmentKnown&)> spoil;
    int status;
    const char* problem;
  };
  const Case cases[] = {
      {"no token", [](EnrolmentKnown& k) { k.token.reset(); }, 401, "unknown-token"},
      {"revoked", [](EnrolmentKnown& k) { k.token->revoked = true; }, 401, "unknown-token"},
      {"expires today", [](EnrolmentKnown& k) { k.token->expiry = wednesday; }, 401,
       "unknown-token"},
      {"too fast", [](EnrolmentKnown& k) { k.within_rate = false; }, 429, "too-many-enrolments"},
      {"too many wait", [](EnrolmentKnown& k) { k.pending = k.pending_limit; }, 429,
       "too-many-pending"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EnrolmentKnown known = good_token();
    c.spoil(known);
    const EnrolmentVerdict verdict = judge_enrolment(known, wednesday);
    EXPECT_EQ(verdict.kind, EnrolmentVerdict::Kind::refused);
    EXPECT_EQ(verdict.problem.status, c.status);
    EXPECT_EQ(verdict.problem.name, c.problem);
    EXPECT_FALSE(verdict.problem.detail_nl.empty());
    EXPECT_EQ(verdict.problem.retry_after_s > 0, c.status == 429);
  }
}

TEST(Enrolment, confirmed_by_itself_only_for_a_serial_in_stock_that_nobody_claimed) {
  EnrolmentKnown known = good_token();
  known.in_stock = true;
  EnrolmentVerdict verdict = judge_enrolment(known, wednesday);
  EXPECT_EQ(verdict.state, EnrolmentState::confirmed);
  EXPECT_TRUE(verdict.unproven);

  known.pending = known.pending_limit;  // it adds nothing to what waits
  EXPECT_EQ(judge_enrolment(known, wednesday).state, EnrolmentState::confirmed);

  known = good_token();
  known.in_stock = true;
  known.claimed_before = true;
  EXPECT_EQ(judge_enrolment(known, wednesday).state, EnrolmentState::to_confirm);

  known = good_token();
  known.in_stock = true;
  known.hardware.push_back({7, {false, true, 0}});
  verdict = judge_enrolment(known, wednesday);
  EXPECT_EQ(verdict.state, EnrolmentState::to_confirm);
  EXPECT_EQ(verdict.candidate, 7);
}

TEST(Enrolment, the_strongest_match_of_hardware_is_the_candidate) {
  EnrolmentKnown known = good_token();
  known.hardware = {{1, {false, false, 1}}, {2, {false, false, 2}}, {3, {true, false, 0}}};
  EXPECT_EQ(judge_enrolment(known, wednesday).candidate, 3);
  known.hardware = {{1, {false, false, 1}}};
  EXPECT_FALSE(judge_enrolment(known, wednesday).candidate);
}

TEST(Enrolment, a_lost_answer_is_given_again_but_a_used_secret_is_never_replaced) {
  EnrolmentKnown known = good_token();
  known.install = KnownInstall{5, EnrolmentState::to_confirm, false};
  EnrolmentVerdict verdict = judge_enrolment(known, wednesday);
  EXPECT_EQ(verdict.kind, EnrolmentVerdict::Kind::again);
  EXPECT_EQ(verdict.enrolment, 5);

  known.install->secret_used = true;
  EXPECT_EQ(judge_enrolment(known, wednesday).kind, EnrolmentVerdict::Kind::created);
  known.install = KnownInstall{5, EnrolmentState::revoked, false};
  EXPECT_EQ(judge_enrolment(known, wednesday).kind, EnrolmentVerdict::Kind::created);
}

TEST(Enrolment, rate_lets_a_burst_through_and_then_one_a_second) {
  RateState state;
  Duration now = std::chrono::hours(5);
  for (int i = 0; i < enrolment_burst; ++i) EXPECT_TRUE(take_one(state, now)) << i;
  EXPECT_FALSE(take_one(state, now));
  EXPECT_FALSE(take_one(state, now + std::chrono::milliseconds(500)));
  EXPECT_TRUE(take_one(state, now + std::chrono::milliseconds(1100)));
  now += std::chrono::hours(24);
  for (int i = 0; i < enrolment_burst; ++i) EXPECT_TRUE(take_one(state, now)) << i;
  EXPECT_FALSE(take_one(state, now));
}

// --- Certificate mode
// ---------------------------------------------------------------------------------

using Kind = EnrolmentVerdict::Kind;
constexpr EnrolmentState confirmed = EnrolmentState::confirmed;
constexpr EnrolmentState waiting = EnrolmentState::to_confirm;
constexpr EnrolmentState conflict = EnrolmentState::conflict;
constexpr EnrolmentState revoked = EnrolmentState::revoked;
constexpr SharedIdentity same_machine{true, true, 1};

// Enrolment 5 of device 50 is known in all of these.
struct CertificateCase {
  const char* name;
  std::optional<KnownKey> key;
  std::optional<KnownInstall> install;
  std::vector<KnownHardware> hardware;
  Kind kind = Kind::created;
  EnrolmentState state = waiting;
  std::int64_t enrolment = 0;                            // again
  std::optional<std::int64_t> candidate = std::nullopt;  // created
  bool continues = false;
  const char* problem = "";
  std::vector<std::int64_t> conflicts = {};
};

void expect_verdict(const CertificateCase& c, bool confirms) {
  SCOPED_TRACE(c.name);
  EnrolmentKnown known;
  known.certificate = KnownCertificate{true, confirms, c.key};
  known.install = c.install;
  known.hardware = c.hardware;
  const EnrolmentVerdict verdict = judge_enrolment(known, wednesday);
  EXPECT_EQ(verdict.kind, c.kind);
  EXPECT_EQ(verdict.problem.name, c.problem);
  EXPECT_EQ(verdict.conflicts, c.conflicts);
  if (c.kind == Kind::refused) return;
  EXPECT_EQ(verdict.state, c.state);
  EXPECT_EQ(verdict.enrolment, c.enrolment);
  EXPECT_EQ(verdict.candidate, c.candidate);
  EXPECT_EQ(verdict.continues, c.continues);
  EXPECT_FALSE(verdict.unproven);
}

TEST(CertificateMode, what_goes_on_by_itself) {
  const KnownKey ours{5, confirmed, 50};
  const KnownInstall here{5, confirmed, true, true, 50};
  const KnownHardware machine{50, same_machine, true};
  const CertificateCase cases[] = {
      {"a new device waits for a person", {}, {}, {}},
      {"a lost answer, or a lost state", ours, here, {machine}, Kind::again, confirmed, 5},
      {"a new main board: same key and installation", ours, here, {}, Kind::again, confirmed, 5},
      {"installed anew, the key was kept",
       ours,
       {},
       {machine},
       Kind::created,
       confirmed,
       0,
       50,
       true},
      {"installed anew with a new key", {}, {}, {machine}, Kind::created, confirmed, 0, 50, true},
      {"a renewed certificate: same installation, same machine",
       {},
       here,
       {machine},
       Kind::again,
       confirmed,
       5},
      {"from token to certificate",
       {},
       KnownInstall{5, confirmed, true, false, 50},
       {machine},
       Kind::again,
       confirmed,
       5},
      {"nobody looked at it yet: it goes on waiting",
       KnownKey{5, waiting, 50},
       {},
       {machine},
       Kind::again,
       waiting,
       5},
      {"it waits to continue another",
       KnownKey{5, waiting, 51, 50},
       {},
       {machine},
       Kind::again,
       waiting,
       5},
  };
  for (const CertificateCase& c : cases) expect_verdict(c, false);
}

TEST(CertificateMode, what_contradicts_is_never_merged) {
  const KnownKey ours{5, confirmed, 50};
  const KnownInstall here{5, confirmed, true, true, 50};
  const KnownHardware machine{50, same_machine, true};
  const KnownHardware other{70, same_machine, true};
  const CertificateCase cases[] = {
      {"the key on the machine of another device",
       ours,
       {},
       {other},
       Kind::refused,
       waiting,
       0,
       {},
       false,
       "certificate-of-another"},
      {"the key and installation on the machine of another device",
       ours,
       here,
       {other},
       Kind::refused,
       waiting,
       0,
       {},
       false,
       "certificate-of-another"},
      {"the key alone, on a machine that was never seen",
       ours,
       {},
       {},
       Kind::refused,
       waiting,
       0,
       {},
       false,
       "certificate-of-another"},
      {"an image with its installation on another machine", {}, here, {}, Kind::created, waiting},
      {"the same, and that machine is known",
       {},
       here,
       {other},
       Kind::created,
       confirmed,
       0,
       70,
       true},
      {"the replaced installation is heard again",
       KnownKey{6, confirmed, 50},
       here,
       {machine},
       Kind::refused,
       waiting,
       0,
       {},
       false,
       "two-installations",
       {5, 6}},
      {"a key that was renewed is heard again",
       KnownKey{5, confirmed, 50, {}, true},
       here,
       {machine},
       Kind::refused,
       waiting,
       0,
       {},
       false,
       "two-installations",
       {5}},
      {"a conflict waits for a person",
       KnownKey{5, conflict, 50},
       {},
       {machine},
       Kind::refused,
       waiting,
       0,
       {},
       false,
       "two-installations"},
      {"the same, by its installation",
       {},
       KnownInstall{5, conflict, true, true, 50},
       {machine},
       Kind::refused,
       waiting,
       0,
       {},
       false,
       "two-installations"},
      {"a revoked device waits", KnownKey{5, revoked, 50}, {}, {}, Kind::created, waiting, 0, 50},
      {"a machine about which there is a conflict",
       {},
       {},
       {{50, same_machine, false}},
       Kind::created,
       waiting,
       0,
       50},
  };
  for (const bool confirms : {false, true}) {
    for (CertificateCase c : cases) {
      // An organisation whose certificates confirm says so of devices that were never seen.
      const bool new_device = c.kind == Kind::created && !c.candidate;
      if (confirms && new_device) c.state = confirmed;
      expect_verdict(c, confirms);
    }
  }
}

TEST(CertificateMode, who_confirms_a_new_device) {
  EnrolmentKnown known;
  known.certificate = KnownCertificate{true, false};
  EXPECT_EQ(judge_enrolment(known, wednesday).state, waiting);
  known.in_stock = true;
  EXPECT_EQ(judge_enrolment(known, wednesday).state, confirmed);
  EXPECT_TRUE(judge_enrolment(known, wednesday).unproven);
  known.in_stock = false;
  known.certificate->confirms = true;
  EXPECT_EQ(judge_enrolment(known, wednesday).state, confirmed);
  EXPECT_FALSE(judge_enrolment(known, wednesday).unproven);
  known.claimed_before = true;  // somebody had that serial number: a person looks
  EXPECT_EQ(judge_enrolment(known, wednesday).state, waiting);
  known.pending = known.pending_limit;
  EXPECT_EQ(judge_enrolment(known, wednesday).problem.name, "too-many-pending");
}

TEST(CertificateMode, an_organisation_that_is_not_here_has_no_devices) {
  EnrolmentKnown known = good_token();
  known.certificate = KnownCertificate{};
  const EnrolmentVerdict verdict = judge_enrolment(known, wednesday);
  EXPECT_EQ(verdict.problem.status, 401);
  EXPECT_EQ(verdict.problem.name, "certificate-without-organisation");
  known.certificate->organisation_known = true;
  known.within_rate = false;
  EXPECT_EQ(judge_enrolment(known, wednesday).problem.status, 429);
}

TEST(CertificateMode, a_token_gives_no_secret_for_a_device_of_a_certificate) {
  EnrolmentKnown known = good_token();
  known.install = KnownInstall{5, waiting, false, true, 50};
  EXPECT_EQ(judge_enrolment(known, wednesday).kind, Kind::created);
}

TEST(CertificateMode, a_report_shows_what_its_device_enrolled_with) {
  const KnownSecrets secrets{sha256(secret), "", wednesday};
  const KnownCredential by_token{secrets, false, ""};
  const KnownCredential by_key{secrets, true, "key"};
  const KnownCredential superseded{secrets, true, ""};
  struct Case {
    const char* name;
    KnownCredential known;
    ShownCredential shown;
    SecretMatch used;
    const char* problem;
  };
  const Case cases[] = {
      {"token: secret", by_token, {secret, ""}, SecretMatch::current, ""},
      {"token: nothing", by_token, {"", ""}, SecretMatch::none, "unknown-device"},
      {"token: a certificate is no secret",
       by_token,
       {"", "key"},
       SecretMatch::none,
       "unknown-device"},
      {"token: secret and a certificate of nobody",
       by_token,
       {secret, "key"},
       SecretMatch::current,
       ""},
      {"token: secret and the certificate of another",
       by_token,
       {secret, "key", true},
       SecretMatch::none,
       "certificate-of-another"},
      {"certificate: alone", by_key, {"", "key"}, SecretMatch::certificate, ""},
      {"certificate: with its secret", by_key, {secret, "key"}, SecretMatch::current, ""},
      {"certificate: with an old secret",
       by_key,
       {next_secret, "key"},
       SecretMatch::certificate,
       ""},
      {"certificate: another's",
       by_key,
       {secret, "other"},
       SecretMatch::none,
       "certificate-of-another"},
      {"certificate: none, though the secret is right",
       by_key,
       {secret, ""},
       SecretMatch::none,
       "certificate-required"},
      {"certificate: nothing", by_key, {"", ""}, SecretMatch::none, "unknown-device"},
      {"superseded: its key went on",
       superseded,
       {secret, "key"},
       SecretMatch::none,
       "certificate-of-another"},
      {"superseded: the secret alone is nothing",
       superseded,
       {secret, ""},
       SecretMatch::none,
       "certificate-required"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const CredentialVerdict verdict = judge_credential(c.known, c.shown);
    EXPECT_EQ(verdict.used, c.used);
    EXPECT_EQ(verdict.problem.name, c.problem);
    EXPECT_EQ(verdict.used == SecretMatch::none, verdict.problem.status == 401);
  }
}

TEST(RevokeReasons, each_has_its_code_and_both_languages) {
  for (const RevokeReason& reason : revoke_reasons) {
    EXPECT_EQ(revoke_reason(reason.code), &reason);
    EXPECT_NE(std::string(reason.dutch), reason.english);
  }
  EXPECT_EQ(revoke_reason(""), nullptr);
  EXPECT_EQ(revoke_reason("zomaar"), nullptr);
}

// --- Two installations
// ----------------------------------------------------------------------------

TEST(Conflict, two_that_are_heard_in_turns_within_a_week) {
  using Numbers = std::vector<std::int64_t>;
  struct Case {
    const char* name;
    Alive self;
    Rival rival;
    Numbers want;
  };
  const UtcDay monday = wednesday - days(2);
  const Case cases[] = {
      {"re-imaged: the new one is heard for the first time",
       {2, waiting, {}, false},
       {1, confirmed, 10, monday, false},
       {}},
      {"re-imaged: the new one goes on, the old is silent",
       {2, waiting, 11, false},
       {1, confirmed, 10, monday, false},
       {}},
      {"the old one after an unconfirmed claim: only the claim is in conflict",
       {1, confirmed, 10, false},
       {2, waiting, 11, wednesday, false},
       {2}},
      {"the claim after the old one spoke again",
       {2, waiting, 11, false},
       {1, confirmed, 12, wednesday, false},
       {2}},
      {"both confirmed", {1, confirmed, 10, false}, {2, confirmed, 11, monday, false}, {1, 2}},
      {"both unconfirmed", {1, waiting, 10, false}, {2, waiting, 11, monday, false}, {1, 2}},
      {"the other was heard last week",
       {1, confirmed, 10, false},
       {2, confirmed, 11, monday - days(1), false},
       {}},
      {"the other was revoked",
       {1, confirmed, 10, false},
       {2, EnrolmentState::revoked, 11, wednesday, false},
       {}},
      {"the other lost an earlier choice",
       {1, confirmed, 10, true},
       {2, EnrolmentState::conflict, 11, wednesday, false},
       {}},
      {"the other counted the same period",
       {2, confirmed, {}, false},
       {1, confirmed, 10, monday - days(30), true},
       {1, 2}},
      {"the same, and a person has chosen",
       {2, confirmed, 12, true},
       {1, confirmed, 10, monday - days(30), true},
       {}},
      {"the other is what a request of this installation that ran late left",
       {1, waiting, 10, false},
       {2, waiting, 11, wednesday, false, true},
       {}},
      {"the same, and somebody confirmed it",
       {1, confirmed, 10, false},
       {2, confirmed, 11, wednesday, false, true},
       {1, 2}},
      {"one secret in two places",
       {1, confirmed, 10, false},
       {1, confirmed, 11, wednesday, false},
       {1}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(in_conflict(c.self, {c.rival}, wednesday), c.want);
    const bool withdrawn = c.rival.left_over && c.rival.state == waiting;
    EXPECT_EQ(left_over(c.self, {c.rival}), withdrawn ? Numbers{c.rival.enrolment} : Numbers{});
  }
}

}  // namespace
}  // namespace wattlife
