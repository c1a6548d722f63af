// SPDX-License-Identifier: EUPL-1.2
// A proxy that says who somebody is, and everyone else who says so.
#include "collector/sign_in.h"

#include <gtest/gtest.h>

#include "tests/collector/sign_in_browser.h"

namespace wattlife {
namespace {

using testing::has;
using testing::openid_settings;
using testing::public_url;
using testing::seal_key;
using testing::SignInTest;

SignInSettings proxy_settings() {
  SignInSettings settings;
  settings.way = SignInWay::proxy;
  settings.public_url = public_url;
  settings.trusted_peers = {*ip_network_from("10.1.2.3"), *ip_network_from("2001:db8::/64")};
  settings.mapping.roles = {{"wl-admin", Role::beheerder}, {"wl-audit", Role::auditor}};
  return settings;
}

Headers said_by_proxy(const std::string& roles = "wl-admin") {
  return {{"x-wattlife-subject", "devries"},
          {"x-wattlife-name", "A. de Vries"},
          {"x-wattlife-roles", roles},
          {"x-wattlife-organisations", "00000001003214345000"}};
}

TEST_F(SignInTest, a_trusted_proxy_says_who_it_is) {
  use(proxy_settings());
  for (const char* peer : {"10.1.2.3", "::ffff:10.1.2.3", "2001:db8::77"}) {
    peer_ = peer;
    EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 200) << peer;
  }
  EXPECT_TRUE(has(ask("GET", "/v1/aanmelding", said_by_proxy("wl-audit, other,wl-admin")).body,
                  "\"rollen\": [\"beheerder\", \"auditor\"]"));
  EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy("other")).status, 403);
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  EXPECT_EQ(browse("/aanmelden").status, 401) << "no redirect that goes round";
}

TEST_F(SignInTest, behind_a_proxy_no_session_ends_and_none_is_noted) {
  use(proxy_settings());
  peer_ = "10.1.2.3";
  Headers headers = said_by_proxy();
  headers.emplace_back("origin", public_url);
  const std::string token = wattlife::form_token(seal_key, "proxy devries");
  EXPECT_EQ(ask("POST", "/afmelden", headers, "formulier=" + token).status, 303);
  const auto entries = fleet_.store().audit_entries({});
  ASSERT_TRUE(entries);
  for (const ChainedEntry& one : *entries) EXPECT_NE(one.entry.action, AuditAction::sign_out);
}

TEST_F(SignInTest, nobody_else_can_say_who_they_are) {
  use(proxy_settings());
  for (const char* peer : {"", "unix", "10.1.2.4", "127.0.0.1", "192.0.2.1", "2001:db8:1::1",
                           "10.1.2.3 ", "10.1.2.3,10.1.2.4", "proxy"}) {
    SCOPED_TRACE(peer);
    peer_ = peer;
    EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 401);
    EXPECT_EQ(ask("GET", "/v1/aanmelding", said_by_proxy()).body, "{\"aangemeld\": false}\n");
  }
  // Forwarded addresses are anyone's words.
  Headers forwarded = said_by_proxy();
  forwarded.emplace_back("x-forwarded-for", "10.1.2.3");
  forwarded.emplace_back("forwarded", "for=10.1.2.3");
  EXPECT_EQ(ask("GET", "/v1/apparaten", forwarded).status, 401);
}

TEST_F(SignInTest, what_a_visitor_puts_beside_the_proxys_words_is_refused) {
  use(proxy_settings());
  peer_ = "10.1.2.3";
  Headers smuggled = said_by_proxy("wl-audit");
  smuggled.insert(smuggled.begin(), {"x-wattlife-roles", "wl-admin"});
  EXPECT_EQ(ask("GET", "/v1/apparaten", smuggled).status, 403) << "two lists of roles are none";
  Headers two_people = said_by_proxy();
  two_people.emplace_back("x-wattlife-subject", "somebody-else");
  EXPECT_EQ(ask("GET", "/v1/apparaten", two_people).status, 401);
  Headers strange = said_by_proxy();
  strange[0].second = "de\x01vries";
  EXPECT_EQ(ask("GET", "/v1/apparaten", strange).status, 401);
}

TEST_F(SignInTest, a_unix_socket_is_a_peer_when_it_is_named) {
  SignInSettings settings = proxy_settings();
  settings.trusts_unix_socket = true;
  use(settings);
  peer_ = "unix";
  EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 200);
  peer_ = "";
  EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 401);
}

TEST_F(SignInTest, headers_of_a_proxy_count_in_no_other_way) {
  peer_ = "10.1.2.3";
  use(openid_settings());
  EXPECT_EQ(ask("GET", "/v1/apparaten", said_by_proxy()).status, 401);
  SignIn sign_in;
  Request request;
  request.headers = said_by_proxy();
  request.peer_address = "10.1.2.3";
  EXPECT_TRUE(sign_in.without_foreign_identity(request).headers.empty());
}

}  // namespace
}  // namespace wattlife
