// SPDX-License-Identifier: EUPL-1.2
#include "collector/session.h"

#include <gtest/gtest.h>

#include "collector/seal.h"

namespace wattlife {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string key(seal_key_bytes, 'k');
const std::string nonce(seal_nonce_bytes, 'n');
const UtcTime morning = *utc_from_iso8601("2026-11-24T09:00:00Z");

SignInSession session_at(UtcTime time) {
  const Person person = {"openid https://idp.example 7:8",
                         "Zoë: \"De Vries\", 3:x",
                         {Role::indiener, Role::drz_planner},
                         {"00000001003214345000", "00000004000000062000"},
                         SignedInBy::openid};
  return {"0123", person, "stamp", seconds_of(time), seconds_of(time)};
}

TEST(SignInSession, comes_back_as_it_was) {
  const SignInSession session = session_at(morning);
  const std::string cookie = sealed_session(key, session, nonce);
  EXPECT_EQ(session_from(key, cookie, morning), session);
  SignInSession bare = session;
  bare.person.roles.clear();
  bare.person.oins.clear();
  bare.person.name.clear();
  EXPECT_EQ(session_from(key, sealed_session(key, bare, nonce), morning), bare);
}

TEST(SignInSession, ends) {
  struct Case {
    const char* name;
    Duration since_begin;
    Duration since_seen;
    bool holds;
  };
  const Case cases[] = {
      {"just begun", seconds(0), seconds(0), true},
      {"almost idle", hours(2), minutes(29), true},
      {"idle", hours(2), minutes(30), false},
      {"almost too long", Duration{hours(8)} - seconds(1), seconds(1), true},
      {"too long, although in use", hours(8), seconds(1), false},
      {"clock set back a little", seconds(-30), seconds(-30), true},
      {"clock set back", minutes(-2), minutes(-2), false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    SignInSession session = session_at(morning);
    session.began_s = seconds_of(morning - c.since_begin);
    session.seen_s = seconds_of(morning - c.since_seen);
    const auto found = session_from(key, sealed_session(key, session, nonce), morning);
    EXPECT_EQ(found.has_value(), c.holds);
  }
  EXPECT_FALSE(wants_refresh(session_at(morning), morning + seconds(59)));
  EXPECT_TRUE(wants_refresh(session_at(morning), morning + seconds(60)));
}

TEST(SignInSession, an_attempt_is_no_session_and_the_other_way_round) {
  const SignInAttempt attempt = {"state", "nonce", "verifier", "/?lang=en", seconds_of(morning)};
  const std::string away = sealed_attempt(key, attempt, nonce);
  EXPECT_EQ(attempt_from(key, away, morning), attempt);
  EXPECT_EQ(attempt_from(key, away, morning + minutes(9)), attempt);
  EXPECT_FALSE(attempt_from(key, away, morning + minutes(10)));
  EXPECT_FALSE(attempt_from(key, away, morning - minutes(2)));
  EXPECT_FALSE(session_from(key, away, morning));
  EXPECT_FALSE(attempt_from(key, sealed_session(key, session_at(morning), nonce), morning));
  EXPECT_FALSE(session_from(std::string(seal_key_bytes, 'x'),
                            sealed_session(key, session_at(morning), nonce), morning));
}

TEST(SignInSession, too_large_for_a_browser_is_no_cookie) {
  SignInSession session = session_at(morning);
  for (int i = 0; i < 200; ++i) {
    session.person.oins.insert("0000000100321434" + std::to_string(1000 + i));
  }
  EXPECT_EQ(sealed_session(key, session, nonce), "");
}

TEST(Cookie, is_for_this_host_over_https_and_not_for_scripts) {
  const auto [name, text] = set_cookie("abc");
  EXPECT_EQ(name, "Set-Cookie");
  EXPECT_EQ(text, "__Host-wattlife=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
  EXPECT_NE(set_cookie("").second.find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(cookie_value("a=b; __Host-wattlife=x=y ;c=d", session_cookie), "x=y");
  EXPECT_EQ(cookie_value("__Host-wattlife=1; __Host-wattlife=2", session_cookie), "");
  EXPECT_EQ(cookie_value("x__Host-wattlife=1", session_cookie), "");
  EXPECT_EQ(cookie_value("", session_cookie), "");
}

TEST(FormToken, is_of_one_session_and_key) {
  const std::string token = form_token(key, "id-1");
  EXPECT_EQ(token.size(), 64u);
  EXPECT_NE(token, form_token(key, "id-2"));
  EXPECT_NE(token, form_token(std::string(seal_key_bytes, 'x'), "id-1"));
}

TEST(OwnPage, browsers_say_where_a_form_was) {
  struct Case {
    const char* name;
    Headers headers;
    const char* public_url;
    bool own;
  };
  const Case cases[] = {
      {"origin is ours", {{"origin", "https://w.example"}}, "https://w.example", true},
      {"origin in capitals", {{"origin", "https://W.example"}}, "https://w.example", true},
      {"another site", {{"origin", "https://evil.example"}}, "https://w.example", false},
      {"not https", {{"origin", "http://w.example"}}, "https://w.example", false},
      {"another port", {{"origin", "https://w.example:8443"}}, "https://w.example", false},
      {"a sandboxed frame", {{"origin", "null"}}, "https://w.example", false},
      {"says nothing", {}, "https://w.example", false},
      {"fetch metadata", {{"sec-fetch-site", "same-origin"}}, "https://w.example", true},
      {"same site, another host", {{"sec-fetch-site", "same-site"}}, "https://w.example", false},
      {"both, one wrong",
       {{"origin", "https://w.example"}, {"sec-fetch-site", "cross-site"}},
       "https://w.example",
       false},
      {"host says it",
       {{"host", "localhost:8443"}, {"origin", "https://localhost:8443"}},
       "",
       true},
      {"host, another", {{"host", "localhost:8443"}, {"origin", "https://localhost:1"}}, "", false},
      {"the host does not count beside a public address",
       {{"host", "evil.example"}, {"origin", "https://evil.example"}},
       "https://w.example",
       false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Request request;
    request.method = "POST";
    request.headers = c.headers;
    EXPECT_EQ(comes_from_own_page(request, c.public_url), c.own);
  }
}

TEST(ReturnPath, stays_with_us) {
  for (const char* path : {"/", "/?lang=en&actie=x", "/werklijst?formaat=csv"}) {
    EXPECT_EQ(safe_return_path(path), path);
  }
  for (const std::string& path :
       {std::string(), std::string("//evil.example"), std::string("https://evil.example"),
        std::string("/\\evil.example"), std::string("evil"), std::string("/a\r\nSet-Cookie: x"),
        std::string("/\xc3\xa9"), std::string("/<script>"), "/" + std::string(600, 'a'),
        std::string("/\t/evil.example")}) {
    EXPECT_EQ(safe_return_path(path), "/") << path;
  }
}

}  // namespace
}  // namespace wattlife
