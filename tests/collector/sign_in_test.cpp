// SPDX-License-Identifier: EUPL-1.2
// The way in and out through a provider played by the test, and the attacks on it.
#include "collector/sign_in.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "collector/sql.h"
#include "platform/database.h"
#include "tests/collector/sign_in_browser.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::FakeProvider;
using testing::has;
using testing::header_of;
using testing::issuer;
using testing::Laptop;
using testing::openid_settings;
using testing::own_oin;
using testing::seal_key;
using testing::second_key;
using testing::SignInTest;

// --- Through the provider -----------------------------------------------------------------------

TEST_F(SignInTest, the_whole_way_in_and_out) {
  use(openid_settings());
  const Response first = browse("/?lang=en");
  EXPECT_EQ(first.status, 303);
  EXPECT_EQ(header_of(first, "Location"), "/aanmelden?naar=%2F%3Flang%3Den&lang=en");
  const Response machine = ask("GET", "/v1/apparaten");
  EXPECT_EQ(machine.status, 401);
  EXPECT_EQ(header_of(machine, "Content-Type"), "application/problem+json");
  EXPECT_NE(header_of(machine, "WWW-Authenticate"), "");

  const Response in = sign_in("\"beheerder\"", own_oin, "/?lang=en");
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(header_of(in, "Location"), "/?lang=en");
  const Response page = browse("/?lang=en");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page.body, "Signed in as <strong>A. &lt;de&gt; Vries</strong> (administrator)"));
  EXPECT_FALSE(has(page.body, "Nobody signs in"));
  EXPECT_EQ(ask("GET", "/v1/aanmelding").body,
            "{\"aangemeld\": true, \"wijze\": \"openid\", \"naam\": \"A. <de> Vries\", "
            "\"rollen\": [\"beheerder\"], \"organisaties\": [" +
                own_oin + "]}\n");

  const std::string copied = cookie_;
  const Response out = send_form("/afmelden", "formulier=" + form_token());
  EXPECT_EQ(out.status, 303);
  EXPECT_EQ(header_of(out, "Location"), "/afgemeld");
  EXPECT_EQ(cookie_, "");
  EXPECT_TRUE(has(browse("/afgemeld").body, issuer + "/end?client_id=wattlife"));
  EXPECT_EQ(browse("/").status, 303);
  // Whoever copied the cookie is out too.
  cookie_ = copied;
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
}

TEST_F(SignInTest, who_came_looked_and_left_stands_in_the_audit_log) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  browse("/");
  ask("GET", "/werklijst?formaat=csv");
  send_form("/afmelden", "formulier=" + form_token());
  sign_in("\"rijksbreed\"", "[]");
  browse("/");  // sums only
  const auto entries = fleet_.store().audit_entries({});
  ASSERT_TRUE(entries) << entries.error().text;
  std::string told;
  for (const ChainedEntry& one : *entries) {
    EXPECT_EQ(one.entry.result, AuditResult::done);
    if (one.entry.actor.rfind("cli:", 0) == 0) continue;
    EXPECT_TRUE(has(one.entry.actor, "4711")) << one.entry.actor;
    EXPECT_EQ(one.entry.origin, peer_);
    told += std::string(name_of(one.entry.action)) + ": " + one.entry.object + "\n";
  }
  EXPECT_EQ(told,
            "sign-in: session\n"
            "device.view: devices of 00000001003214345000\n"
            "list.export: devices of 00000001003214345000\n"
            "device.view: devices of 00000001003214345000\n"  // for the token of the form
            "sign-out: session\n"
            "sign-in: session\n");
}

TEST_F(SignInTest, what_cannot_be_noted_is_not_shown) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  ASSERT_TRUE(has(browse("/").body, "Slot Model 1"));
  auto sql = open_sql(fleet_.url(), StoreOpen::existing);
  ASSERT_TRUE(sql) << sql.error().text;
  ASSERT_TRUE((*sql)->run("DROP TABLE audit_head"));
  for (const char* path : {"/", "/werklijst?formaat=csv", "/v1/apparaten"}) {
    const Response answer = browse(path);
    EXPECT_GE(answer.status, 500) << path;
    EXPECT_FALSE(has(answer.body, "Slot Model 1")) << path;
  }
  cookie_.clear();
  EXPECT_GE(sign_in("\"beheerder\"", own_oin).status, 500);
}

// Who wants to leave must not be kept in because a database is locked; and it is noted all the
// same.
TEST_F(SignInTest, a_session_ends_also_when_that_cannot_be_noted_now) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  const std::string token = form_token();
  const std::string copied = cookie_;
  const UtcTime left = now_.utc;
  const auto sign_outs = [&] {
    return *fleet_.store().audit_entries({.action = AuditAction::sign_out});
  };
  auto other =
      Database::open(fleet_.path(), {.mode = OpenMode::write_ahead_log, .lock_wait_ms = 100});
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->transaction([&]() -> Done {
    EXPECT_EQ(send_form("/afmelden", "formulier=" + token).status, 303);
    return done();
  }));
  EXPECT_EQ(cookie_, "");
  EXPECT_TRUE(sign_outs().empty());
  pass(seconds(20));
  cookie_ = copied;
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401) << "the session has ended";
  ASSERT_EQ(sign_outs().size(), 1u) << "noted at the next request";
  EXPECT_EQ(sign_outs()[0].entry.time, left);
  EXPECT_EQ(sign_outs()[0].entry.object, "session");
  browse("/afgemeld");
  EXPECT_EQ(sign_outs().size(), 1u);
}

// Programs that look at links before a person does send HEAD; a code works once.
TEST_F(SignInTest, a_head_does_not_use_up_the_code_of_the_provider) {
  use(openid_settings());
  provider_.claims["roles"] = "\"beheerder\"";
  provider_.claims["oin"] = own_oin;
  const std::string query = begin();
  const Response looked = ask("HEAD", "/aanmelden/terug?" + query, {{"accept", "text/html"}});
  EXPECT_EQ(looked.status, 405);
  EXPECT_EQ(header_of(looked, "Allow"), "GET");
  EXPECT_EQ(provider_.tokens_asked, 0);
  EXPECT_EQ(browse("/aanmelden/terug?" + query).status, 303);
  EXPECT_EQ(provider_.tokens_asked, 1);
  EXPECT_EQ(ask("HEAD", "/v1/apparaten").status, 200) << "elsewhere HEAD is what it always was";
}

TEST_F(SignInTest, refused_sign_ins_are_counted_in_the_audit_log_without_address_or_name) {
  use(openid_settings());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(browse("/aanmelden/terug?code=wrong" + begin().substr(10)).status, 403);
  }
  send_form("/aanmelden", "naam=jan&wachtwoord=x", "https://evil.example");
  const auto denied = [&] {
    std::vector<AuditEntry> entries;
    for (const ChainedEntry& one : *fleet_.store().audit_entries({})) {
      if (one.entry.result == AuditResult::denied) entries.push_back(one.entry);
    }
    return entries;
  };
  EXPECT_TRUE(denied().empty()) << "a row for each would let a stranger fill the disk";
  pass(minutes(15));
  browse("/afgemeld");
  ASSERT_EQ(denied().size(), 1u);
  EXPECT_EQ(denied()[0].object.rfind("4 from ", 0), 0u) << denied()[0].object;
  EXPECT_TRUE(has(denied()[0].object, "provider 3 forged 1")) << denied()[0].object;
  EXPECT_EQ(denied()[0].origin, "internet");
  EXPECT_FALSE(has(denied()[0].object, "192.0.2"));
}

TEST_F(SignInTest, what_the_provider_sends_back_wrong_is_refused) {
  use(openid_settings());
  struct Case {
    const char* name;
    std::function<void(FakeProvider&, std::string& query)> change;
  };
  const Case cases[] = {
      {"another state", [](FakeProvider&, std::string& query) { query += "x"; }},
      {"no state", [](FakeProvider&, std::string& query) { query = "code=right"; }},
      {"an error", [](FakeProvider&, std::string& query) { query += "&error=access_denied"; }},
      {"another code", [](FakeProvider&, std::string& q) { q.replace(0, 10, "code=wrong"); }},
      {"another issuer in the answer",
       [](FakeProvider&, std::string& q) { q += "&iss=https%3A%2F%2Fevil.example"; }},
      {"another nonce", [](FakeProvider& p, std::string&) { p.nonce = "other"; }},
      {"another audience", [](FakeProvider& p, std::string&) { p.claims["aud"] = "\"other\""; }},
      {"another issuer",
       [](FakeProvider& p, std::string&) { p.claims["iss"] = "\"https://evil.example\""; }},
      {"expired", [](FakeProvider& p, std::string&) { p.claims["exp"] = "1000"; }},
      {"no expiry", [](FakeProvider& p, std::string&) { p.claims["exp"] = "null"; }},
      {"a key that is not published", [](FakeProvider& p, std::string&) { p.key = &second_key(); }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    cookie_.clear();
    provider_ = FakeProvider{};
    provider_.claims = {{"roles", "\"beheerder\""}, {"oin", own_oin}};
    std::string query = begin();
    c.change(provider_, query);
    const Response refused = browse("/aanmelden/terug?" + query);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(cookie_, "");
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
    EXPECT_EQ(browse("/aanmelden/terug?" + query).status, 400) << "the attempt is used up";
  }
}

TEST_F(SignInTest, an_answer_without_our_attempt_is_nobodys) {
  use(openid_settings());
  const std::string query = begin();
  // Login CSRF: the attacker's answer in the victim's browser, which began nothing.
  cookie_.clear();
  EXPECT_EQ(browse("/aanmelden/terug?" + query).status, 400);
  EXPECT_EQ(provider_.tokens_asked, 0);
  // Too late.
  const std::string late = begin();
  pass(minutes(10));
  EXPECT_EQ(browse("/aanmelden/terug?" + late).status, 400);
  EXPECT_EQ(provider_.tokens_asked, 0);
}

TEST_F(SignInTest, a_planted_session_is_not_kept) {
  use(openid_settings());
  sign_in("\"auditor\"", own_oin);
  const auto before = session_from(seal_key, cookie_, now_.utc);
  ASSERT_TRUE(before);
  sign_in("\"beheerder\"", own_oin);
  const auto after = session_from(seal_key, cookie_, now_.utc);
  ASSERT_TRUE(after);
  EXPECT_NE(before->id, after->id);
  for (const std::string& planted : {std::string("planted"), std::string(200, 'A'),
                                     sealed_session(std::string(seal_key_bytes, 'x'), *after,
                                                    std::string(seal_nonce_bytes, 'n'))}) {
    cookie_ = planted;
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  }
}

TEST_F(SignInTest, a_session_ends_and_is_prolonged_by_use) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  for (int i = 0; i < 16; ++i) {  // every 29 minutes: in use
    pass(minutes(29));
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, 200) << i;
  }
  pass(minutes(29));
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401) << "eight hours are over";
  sign_in("\"beheerder\"", own_oin);
  pass(minutes(30));
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401) << "half an hour without use";
}

TEST_F(SignInTest, a_session_of_another_provider_or_way_counts_for_nothing) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  SignInSettings moved = openid_settings();
  moved.client.issuer = "https://idp.example.org";
  use(moved);
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  SignInSettings local;
  local.way = SignInWay::local;
  use(local);
  peer_ = "127.0.0.1";
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
}

TEST_F(SignInTest, new_keys_of_the_provider_are_fetched_but_not_at_will) {
  use(openid_settings());
  EXPECT_EQ(sign_in("\"beheerder\"", own_oin).status, 303);
  EXPECT_EQ(provider_.metadata_asked, 1);
  EXPECT_EQ(provider_.keys_asked, 1);
  provider_.key = provider_.published = &second_key();
  EXPECT_EQ(sign_in("\"beheerder\"", own_oin).status, 403) << "asked for a moment ago";
  EXPECT_EQ(provider_.keys_asked, 1);
  pass(seconds(60));
  EXPECT_EQ(sign_in("\"beheerder\"", own_oin).status, 303);
  EXPECT_EQ(provider_.keys_asked, 2);
  EXPECT_EQ(provider_.metadata_asked, 1);
}

TEST_F(SignInTest, a_provider_that_is_away_is_not_asked_all_the_time) {
  use(openid_settings());
  provider_.away = true;
  for (int i = 0; i < 5; ++i) {
    const Response answer = browse("/aanmelden");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(header_of(answer, "Retry-After"), "60");
  }
  provider_.away = false;
  EXPECT_EQ(browse("/aanmelden").status, 503);
  pass(seconds(30));
  EXPECT_EQ(browse("/aanmelden").status, 303);
  // What was known stays of use when it goes away later.
  provider_.away = true;
  pass(hours(2));
  EXPECT_EQ(browse("/aanmelden").status, 303);
  EXPECT_EQ(browse("/aanmelden/terug?" + begin()).status, 503) << "asked for a moment ago";
  EXPECT_EQ(provider_.tokens_asked, 0);
}

TEST_F(SignInTest, answers_of_one_address_are_slowed_down) {
  use(openid_settings());
  const std::string query = begin();
  const std::string attempt = cookie_;
  std::map<int, int> statuses;
  for (int i = 0; i < 200; ++i) {
    cookie_ = attempt;
    ++statuses[browse("/aanmelden/terug?code=wrong" + query.substr(10)).status];
  }
  EXPECT_EQ(statuses[403], 120);
  EXPECT_EQ(statuses[429], 80);
  peer_ = "192.0.2.8";
  cookie_ = attempt;
  EXPECT_EQ(browse("/aanmelden/terug?" + query).status, 303) << "another address is not slowed";
}

// --- Requests that change something -------------------------------------------------------------

TEST_F(SignInTest, another_site_cannot_press_our_buttons) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  const std::string token = form_token();
  ASSERT_EQ(token.size(), 64u);
  const std::string signed_in = cookie_;
  EXPECT_EQ(send_form("/afmelden", "formulier=" + token, "https://evil.example").status, 403);
  EXPECT_EQ(ask("POST", "/afmelden", {}, "formulier=" + token).status, 403) << "says nothing";
  EXPECT_EQ(send_form("/afmelden", "").status, 403);
  EXPECT_EQ(send_form("/afmelden", "formulier=" + std::string(64, '0')).status, 403);
  EXPECT_EQ(ask("GET", "/afmelden").status, 405);
  // A token of another session.
  sign_in("\"beheerder\"", own_oin);
  EXPECT_EQ(send_form("/afmelden", "formulier=" + token).status, 403);
  cookie_ = signed_in;
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 200) << "still signed in";
  const auto noted_sign_outs = [&] {
    const auto entries = fleet_.store().audit_entries({});
    EXPECT_TRUE(entries);
    return std::count_if(entries->begin(), entries->end(), [](const ChainedEntry& one) {
      return one.entry.action == AuditAction::sign_out;
    });
  };
  EXPECT_EQ(noted_sign_outs(), 0) << "what was refused is not noted as done";
  EXPECT_EQ(send_form("/afmelden", "formulier=" + token).status, 303);
  EXPECT_EQ(noted_sign_outs(), 1);
}

TEST_F(SignInTest, a_device_needs_no_session_and_a_session_is_no_device) {
  use(openid_settings());
  Laptop laptop = testing::laptop("new");
  const Headers headers = {{"authorization", "Bearer " + fleet_.token},
                           {"content-type", "application/x-protobuf"}};
  EXPECT_EQ(ask("POST", "/device/v1/enrolments", headers, to_bytes(laptop.enrolment())).status,
            202);
  sign_in("\"beheerder\"", own_oin);
  EXPECT_EQ(
      ask("POST", "/device/v1/reports", {{"content-type", "application/x-protobuf"}}, "x").status,
      401);
}

// --- Open ---------------------------------------------------------------------------------------

TEST_F(SignInTest, an_open_collector_says_that_it_is_open) {
  site_.emplace(fleet_.store(), *built_in_rules());
  const Response page = browse("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page.body, "Op deze collector meldt niemand zich aan"));
  EXPECT_FALSE(has(page.body, "Afmelden"));
  EXPECT_TRUE(has(browse("/?lang=en").body, "Nobody signs in to this collector"));
  EXPECT_TRUE(has(ask("GET", "/v1/apparaten").body, "Geheim Model 9"));
  EXPECT_TRUE(has(ask("GET", "/v1/aanmelding").body, "\"aangemeld\": false"));
  EXPECT_EQ(header_of(browse("/aanmelden"), "Location"), "/");
  EXPECT_EQ(send_form("/aanmelden", "naam=a&wachtwoord=b").status, 403);
}

}  // namespace
}  // namespace wattlife
