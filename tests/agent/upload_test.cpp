// SPDX-License-Identifier: EUPL-1.2
#include "agent/upload.h"

#include <gtest/gtest.h>

#include "tests/agent/examples.h"

namespace wattlife {
namespace {

using Kind = Outcome::Kind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const UtcTime now = utc("2026-11-24T10:00:00Z");
const Id128 install_id(16, 'i');
const ReportKey sent{install_id, 7};

std::string acknowledgement(const Id128& id, std::int64_t sequence) {
  return to_bytes(Acknowledgement{id, sequence, sequence, "", false});
}
std::string enrolment_answer() {
  return to_bytes(EnrolmentAnswer{Id128(16, 'd'), std::string(32, 's'), true});
}

HttpResponse problem(int status, const char* type = "urn:wattlife:problem:some") {
  return {status,
          "application/problem+json",
          {},
          std::string(R"({"type":")") + type + R"(","detail":"why"})"};
}
HttpResponse page(int status) { return {status, "text/html", {}, "<html>Sign in</html>"}; }
HttpResponse with_retry_after(HttpResponse response, const char* value) {
  response.retry_after = value;
  return response;
}

// --- Every situation on the wire -----------------------------------------------------------------

struct Situation {
  const char* name;
  Result<HttpResponse> answer;
  Kind want;
  bool reached = true;
  std::optional<Duration> retry_after = std::nullopt;
};

std::vector<Situation> situations() {
  const std::string media(protobuf_media_type);
  const std::string good = acknowledgement(install_id, 7);
  return {
      {"acknowledged", HttpResponse{200, media, {}, good}, Kind::accepted},
      {"acknowledged, another 2xx", HttpResponse{201, media, {}, good}, Kind::accepted},
      {"acknowledged, no content type", HttpResponse{200, "", {}, good}, Kind::accepted},
      {"a page with 200", page(200), Kind::no_answer, false},
      {"nothing with 204", HttpResponse{204, "", {}, ""}, Kind::no_answer, false},
      {"nothing with 200", HttpResponse{200, media, {}, ""}, Kind::no_answer, false},
      {"a cut-off acknowledgement", HttpResponse{200, media, {}, good.substr(0, good.size() - 1)},
       Kind::no_answer, false},
      {"of another report", HttpResponse{200, media, {}, acknowledgement(install_id, 6)},
       Kind::no_answer, false},
      {"of another installation", HttpResponse{200, media, {}, acknowledgement(Id128(16, 'x'), 7)},
       Kind::no_answer, false},
      {"an enrolment answer", HttpResponse{200, media, {}, enrolment_answer()}, Kind::no_answer,
       false},
      {"a redirect with an acknowledgement", HttpResponse{302, media, {}, good}, Kind::no_answer,
       false},
      {"not modified", HttpResponse{304, "", {}, ""}, Kind::no_answer, false},
      {"bad report", problem(400), Kind::set_aside},
      {"too large", problem(413), Kind::set_aside},
      {"400 of a proxy", page(400), Kind::no_answer, false},
      {"413 of a proxy", page(413), Kind::no_answer, false},
      {"400 with a problem of somebody else", problem(400, "about:blank"), Kind::no_answer, false},
      {"400 with our type and another media type",
       HttpResponse{400, "application/json", {}, problem(400).body}, Kind::no_answer, false},
      {"secret refused", problem(401), Kind::unauthorised},
      {"401 of a proxy", page(401), Kind::no_answer, false},
      {"not allowed", problem(403), Kind::forbidden},
      {"403 of a proxy", page(403), Kind::no_answer, false},
      {"two installs", problem(409), Kind::conflict},
      {"409 of somebody else", HttpResponse{409, "application/json", {}, "{}"}, Kind::no_answer,
       false},
      {"encoding refused, though none was used", problem(415), Kind::no_answer},
      {"proxy wants a name", page(407), Kind::no_answer, false},
      {"not found", page(404), Kind::no_answer, false},
      {"a problem of ours that nobody knows yet", problem(418), Kind::no_answer},
      {"slow down, 90 s", with_retry_after(problem(429), "90"), Kind::throttled, true, seconds(90)},
      {"slow down, said by a proxy", with_retry_after(page(503), "120"), Kind::throttled, true,
       seconds(120)},
      {"down until a date", with_retry_after(problem(503), "Tue, 24 Nov 2026 12:00:00 GMT"),
       Kind::throttled, true, hours(2)},
      {"down until next year", with_retry_after(problem(503), "Wed, 24 Nov 2027 12:00:00 GMT"),
       Kind::throttled, true, hours(24 * 7)},
      {"down for ever", with_retry_after(problem(503), "99999999999"), Kind::throttled, true,
       hours(24 * 7)},
      {"down until a moment that has passed",
       with_retry_after(problem(503), "Tue, 24 Nov 2026 09:00:00 GMT"), Kind::throttled, true,
       seconds(0)},
      {"down, until nobody knows", problem(503), Kind::no_answer},
      {"down, in words", with_retry_after(problem(503), "soon"), Kind::no_answer},
      {"down, a negative time", with_retry_after(problem(503), "-5"), Kind::no_answer},
      {"broken collector", problem(500), Kind::no_answer},
      {"broken gateway", page(502), Kind::no_answer, false},
      {"nobody there", Error{Cause::busy, "no connection"}, Kind::no_answer, false},
      {"wrong certificate", Error{Cause::denied, "wrong root"}, Kind::no_answer, false},
      {"answer too long", Error{Cause::malformed, "too long"}, Kind::no_answer, false},
      {"status 0", HttpResponse{}, Kind::no_answer, false},
      {"informational", HttpResponse{100, "", {}, good}, Kind::no_answer, false},
  };
}

TEST(Upload, EverySituationOfAReport) {
  for (const Situation& s : situations()) {
    SCOPED_TRACE(s.name);
    const Outcome outcome = judge_report(s.answer, sent, now);
    EXPECT_EQ(static_cast<int>(outcome.kind), static_cast<int>(s.want)) << outcome.text;
    EXPECT_EQ(outcome.reached, s.reached) << outcome.text;
    EXPECT_EQ(outcome.retry_after, s.retry_after);
    EXPECT_EQ(outcome.acknowledgement.has_value(), s.want == Kind::accepted);
    EXPECT_FALSE(outcome.text.empty());
  }
}

TEST(Upload, EverySituationOfAnEnrolment) {
  for (const Situation& s : situations()) {
    SCOPED_TRACE(s.name);
    const bool is_answer = std::string(s.name) == "an enrolment answer";
    // There is no report to set aside, and an acknowledgement is no enrolment.
    const Kind want = is_answer                   ? Kind::accepted
                      : s.want == Kind::set_aside ? Kind::forbidden
                      : s.want == Kind::accepted  ? Kind::no_answer
                                                  : s.want;
    const Outcome outcome = judge_enrolment(s.answer, now);
    EXPECT_EQ(static_cast<int>(outcome.kind), static_cast<int>(want)) << outcome.text;
    EXPECT_EQ(outcome.enrolment.has_value(), want == Kind::accepted);
  }
  const std::string bytes = enrolment_answer();
  EXPECT_EQ(judge_enrolment(HttpResponse{202, "", {}, bytes}, now).enrolment->secret,
            std::string(32, 's'));
}

// --- The plan ------------------------------------------------------------------------------------

UploadState known() {
  UploadState state;
  state.can_enrol = true;
  state.has_secret = true;
  state.next_report = 7;
  return state;
}

TEST(Upload, ThePlan) {
  using Do = Action::Kind;
  struct Case {
    const char* name;
    UploadState state;
    Action want;
  };
  // A plain pointer: the compiler for Windows fails over generic lambdas here.
  const auto changed = [](void (*change)(UploadState&)) {
    UploadState state = known();
    change(state);
    return state;
  };
  const Case cases[] = {
      {"send the oldest", known(), {Do::send, 7, {}}},
      {"all sent", changed([](auto& s) { s.next_report.reset(); }), {Do::nothing, 0, {}}},
      {"nothing to send is no reason to enrol",
       changed([](auto& s) {
         s.next_report.reset();
         s.has_secret = false;
       }),
       {Do::nothing, 0, {}}},
      {"unknown to the collector",
       changed([](auto& s) { s.has_secret = false; }),
       {Do::enrol, 0, {}}},
      {"no token",
       changed([](auto& s) {
         s.has_secret = false;
         s.can_enrol = false;
       }),
       {Do::cannot_enrol, 0, {}}},
      {"refused", changed([](auto& s) { s.secret_refused = true; }), {Do::enrol, 0, {}}},
      {"refused, and no token to enrol again",
       changed([](auto& s) {
         s.secret_refused = true;
         s.can_enrol = false;
       }),
       {Do::send, 7, {}}},
      {"too early",
       changed([](auto& s) { s.not_before = now + seconds(1); }),
       {Do::wait, 0, now + seconds(1)}},
      {"the moment has come", changed([](auto& s) { s.not_before = now; }), {Do::send, 7, {}}},
      {"a moment that was stored under a wrong clock",
       changed([](auto& s) { s.not_before = now + hours(24 * 8); }),
       {Do::send, 7, {}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Action action = plan(c.state, now);
    EXPECT_EQ(static_cast<int>(action.kind), static_cast<int>(c.want.kind));
    EXPECT_EQ(action.sequence, c.want.sequence);
    EXPECT_EQ(action.until, c.want.until);
  }
}

Outcome outcome_of(Kind kind) {
  Outcome outcome;
  outcome.kind = kind;
  if (kind == Kind::accepted) outcome.acknowledgement = {install_id, 7, 7, "", false};
  if (kind == Kind::throttled) outcome.retry_after = hours(3);
  return outcome;
}

TEST(Upload, ThePaceAfterEachOutcome) {
  struct Case {
    Kind kind;
    UtcTime want;
  };
  const Case cases[] = {
      {Kind::accepted, UtcTime{}},        {Kind::set_aside, UtcTime{}},
      {Kind::forbidden, now + hours(24)}, {Kind::conflict, now + hours(24)},
      {Kind::throttled, now + hours(3)},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(static_cast<int>(c.kind));
    EXPECT_EQ(after_report(known(), outcome_of(c.kind), now, 0).not_before, c.want);
  }
}

TEST(Upload, BackingOffDoublesUpToADayWithFullJitter) {
  const std::uint64_t most = ~std::uint64_t{0};
  UploadState state = known();
  Duration before{0};
  for (int attempt = 0; attempt < 20; ++attempt) {
    const UploadState highest = after_report(state, outcome_of(Kind::no_answer), now, most);
    const UploadState lowest = after_report(state, outcome_of(Kind::no_answer), now, 0);
    const Duration wait = highest.not_before - now;
    EXPECT_EQ(lowest.not_before, now);
    EXPECT_GE(wait, before);
    EXPECT_LE(wait, hours(24));
    if (attempt == 0) {
      EXPECT_LE(wait, minutes(10));
    }
    if (attempt == 3) {
      EXPECT_GT(wait, minutes(79));
    }
    before = wait;
    state = highest;
  }
  EXPECT_GT(before, hours(23));
  EXPECT_EQ(after_report(state, outcome_of(Kind::accepted), now, 0).failures, 0);
}

TEST(Upload, ARefusedSecretIsRenewedOnceAndThenSlowly) {
  // Refused: enrol at once.
  UploadState state = after_report(known(), outcome_of(Kind::unauthorised), now, 0);
  EXPECT_EQ(plan(state, now).kind, Action::Kind::enrol);
  // Enrolled, and refused again: wait a day.
  Outcome enrolled;
  enrolled.kind = Kind::accepted;
  enrolled.enrolment = EnrolmentAnswer{Id128(16, 'd'), std::string(32, 's'), false};
  state = after_enrolment(state, enrolled, now, 0);
  EXPECT_EQ(plan(state, now).kind, Action::Kind::send);
  state = after_report(state, outcome_of(Kind::unauthorised), now, 0);
  EXPECT_EQ(plan(state, now), (Action{Action::Kind::wait, 0, now + hours(24)}));
  EXPECT_EQ(plan(state, now + hours(24)).kind, Action::Kind::send);
  // Accepted at last: next time it is renewed at once again.
  state = after_report(state, outcome_of(Kind::accepted), now, 0);
  state = after_report(state, outcome_of(Kind::unauthorised), now, 0);
  EXPECT_EQ(plan(state, now).kind, Action::Kind::enrol);
}

TEST(Upload, ATokenThatEndedDoesNotThrowTheOldSecretAway) {
  UploadState state = after_report(known(), outcome_of(Kind::unauthorised), now, 0);
  state = after_enrolment(state, outcome_of(Kind::unauthorised), now, 0);
  EXPECT_EQ(plan(state, now).kind, Action::Kind::wait);
  EXPECT_EQ(plan(state, now + hours(24)).kind, Action::Kind::send);
}

TEST(Upload, AtMostOneEnrolmentInTwoDaysHoweverItIsAnswered) {
  UploadState state = known();
  int enrolments = 0;
  for (int hour = 0; hour < 24 * 100; ++hour) {
    const UtcTime time = now + hours(hour);
    for (int step = 0; step < 10; ++step) {
      const Action action = plan(state, time);
      if (action.kind == Action::Kind::send) {
        state = after_report(state, outcome_of(Kind::unauthorised), time, 0);
      } else if (action.kind == Action::Kind::enrol) {
        ++enrolments;
        state = after_enrolment(state, outcome_of(Kind::unauthorised), time, 0);
      } else {
        break;
      }
      ASSERT_LT(step, 9) << "a loop of requests";
    }
  }
  EXPECT_LE(enrolments, 51);
  EXPECT_GE(enrolments, 30);
}

TEST(Upload, RetryAfterInAllItsForms) {
  EXPECT_EQ(retry_after("0", now), Duration{0});
  EXPECT_EQ(retry_after("Tue, 24 Nov 2026 10:00:01 GMT", now), seconds(1));
  EXPECT_EQ(retry_after("Tue, 31 Nov 2026 10:00:01 GMT", now), std::nullopt);
  EXPECT_EQ(retry_after("Tue, 24 Foo 2026 10:00:01 GMT", now), std::nullopt);
  EXPECT_EQ(retry_after("Tue, 24 Nov 2026 10:00:01 CET", now), std::nullopt);
  EXPECT_EQ(retry_after("", now), std::nullopt);
  EXPECT_EQ(retry_after("1.5", now), std::nullopt);
}

}  // namespace
}  // namespace wattlife
