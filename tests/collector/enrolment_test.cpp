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

// --- Two installations
// ----------------------------------------------------------------------------

TEST(Conflict, two_that_are_heard_in_turns_within_a_week) {
  using Numbers = std::vector<std::int64_t>;
  const auto confirmed = EnrolmentState::confirmed;
  const auto waiting = EnrolmentState::to_confirm;
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
      {"one secret in two places",
       {1, confirmed, 10, false},
       {1, confirmed, 11, wednesday, false},
       {1}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(in_conflict(c.self, {c.rival}, wednesday), c.want);
  }
}

}  // namespace
}  // namespace wattlife
