// SPDX-License-Identifier: EUPL-1.2
#include "collector/collector_settings.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

const std::string openid =
    "[sign_in]\n"
    "way = \"openid\"\n"
    "public_url = \"https://wattlife.example.nl\"\n"
    "issuer = \"https://idp.example\"\n"
    "client_id = \"wattlife\"\n"
    "client_key_file = \"client.jwk\"\n";
const std::string roles = "[sign_in.roles]\n\"wl-admin\" = \"beheerder\"\n";

TEST(CollectorSettings, without_sign_in_is_open) {
  for (const char* text : {"", "# nothing\n"}) {
    EXPECT_EQ(collector_settings_from(text, "c.toml")->sign_in.way, SignInWay::open);
  }
}

TEST(CollectorSettings, openid) {
  const auto read = collector_settings_from(
      openid + "acr_values = [\"a\", \"b\"]\nscope = \"openid profile\"\nrole_claim = \"/x/y\"\n" +
          roles + "[sign_in.organisations]\nmin = \"00000001003214345000\"\n",
      "/etc/w/collector.toml");
  ASSERT_TRUE(read) << read.error().text;
  const SignInSettings& settings = read->sign_in;
  EXPECT_EQ(settings.way, SignInWay::openid);
  EXPECT_EQ(settings.client.redirect_uri, "https://wattlife.example.nl/aanmelden/terug");
  EXPECT_EQ(settings.client.acr_values, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(settings.client.authentication, ClientAuthentication::private_key_jwt);
  EXPECT_EQ(settings.secret_file, "/etc/w/client.jwk");
  EXPECT_EQ(settings.session_key_file, "/etc/w/session.key");
  EXPECT_EQ(settings.mapping.names.role, "/x/y");
  EXPECT_EQ(settings.mapping.roles.at("wl-admin"), Role::beheerder);
  EXPECT_EQ(settings.mapping.organisations.at("min"), "00000001003214345000");
}

TEST(CollectorSettings, proxy_and_local) {
  const auto proxy = collector_settings_from(
      "[sign_in]\nway = \"proxy\"\npublic_url = \"https://w.example\"\n"
      "trusted_peers = [\"10.1.2.3\", \"unix\", \"2001:db8::/64\"]\nsubject_header = \"X-User\"\n" +
          roles,
      "c.toml");
  ASSERT_TRUE(proxy) << proxy.error().text;
  EXPECT_EQ(proxy->sign_in.trusted_peers.size(), 2u);
  EXPECT_TRUE(proxy->sign_in.trusts_unix_socket);
  EXPECT_EQ(proxy->sign_in.headers.subject, "x-user");
  EXPECT_EQ(proxy->sign_in.headers.roles, "x-wattlife-roles");
  const auto local = collector_settings_from("[sign_in]\nway = \"local\"\n", "d/c.toml");
  ASSERT_TRUE(local) << local.error().text;
  EXPECT_EQ(local->sign_in.users_file, "d/users.toml");
}

TEST(CollectorSettings, retention_is_daily_and_thirteen_months_unless_said_otherwise) {
  const auto silent = collector_settings_from("[sign_in]\nway = \"local\"\n", "c.toml");
  ASSERT_TRUE(silent);
  EXPECT_TRUE(silent->retention.daily);
  EXPECT_EQ(silent->retention.months, 13);
  const auto said = collector_settings_from("[retention]\ndaily = false\nmonths = 25\n", "c.toml");
  ASSERT_TRUE(said) << said.error().text;
  EXPECT_FALSE(said->retention.daily);
  EXPECT_EQ(said->retention.months, 25);
  EXPECT_EQ(said->sign_in.way, SignInWay::open) << "retention alone signs nobody in";
  for (const char* wrong :
       {"months = 0", "months = 26", "months = \"many\"", "daily = 1", "day = true"}) {
    const auto read = collector_settings_from("[retention]\n" + std::string(wrong) + "\n", "c");
    ASSERT_FALSE(read) << wrong;
    EXPECT_NE(read.error().text.find("retention."), std::string::npos) << read.error().text;
  }
}

TEST(CollectorSettings, what_is_wrong_is_said) {
  struct Case {
    const char* name;
    std::string text;
    const char* part;
  };
  const std::string secret =
      "[sign_in]\nway = \"openid\"\npublic_url = \"https://w.example\"\n"
      "issuer = \"https://idp.example\"\nclient_id = \"w\"\n";
  const Case cases[] = {
      {"not TOML", "way = ", "c.toml:1:"},
      {"an unknown section", openid + roles + "[sign-in]\nx = 1\n", "[sign-in]: this section"},
      {"above the sections", "issuer = \"x\"\n", "issuer: is not known, or lacks its section"},
      {"a section without sign-in", "[sign_in.roles]\na = \"auditor\"\n", "sign_in.way"},
      {"no way", "[sign_in]\n", "sign_in.way: is \"local\""},
      {"an unknown way", "[sign_in]\nway = \"none\"\n", "sign_in.way: is \"local\""},
      {"a mistyped setting", openid + "acr_value = [\"x\"]\n" + roles,
       "sign_in.acr_value: this setting is not known"},
      {"a setting of another way", openid + "trusted_peers = [\"10.0.0.1\"]\n" + roles,
       "sign_in.trusted_peers: does not go with way"},
      {"an issuer without TLS",
       "[sign_in]\nway = \"openid\"\npublic_url = \"https://w.example\"\n"
       "issuer = \"http://idp\"\n",
       "sign_in.issuer: begins with https"},
      {"a public address with a path",
       "[sign_in]\nway = \"openid\"\n"
       "public_url = \"https://w.example/x\"\n",
       "sign_in.public_url"},
      {"no public address", "[sign_in]\nway = \"proxy\"\n", "sign_in.public_url"},
      {"no client",
       "[sign_in]\nway = \"openid\"\npublic_url = \"https://w.example\"\n"
       "issuer = \"https://idp.example\"\n",
       "sign_in.client_id: is missing"},
      {"no key", secret + roles, "sign_in.client_key_file: is missing"},
      {"a secret where a key is meant", secret + "client_secret_file = \"s\"\n" + roles,
       "sign_in.client_key_file: is missing"},
      {"two", openid + "client_secret_file = \"s\"\n" + roles,
       "sign_in.client_secret_file: does not go with"},
      {"unknown authentication", openid + "client_authentication = \"none\"\n" + roles,
       "sign_in.client_authentication"},
      {"no openid in the scope", openid + "scope = \"profile\"\n" + roles, "sign_in.scope"},
      {"no roles", openid, "[sign_in.roles]: say which value"},
      {"an unknown role", openid + "[sign_in.roles]\nx = \"baas\"\n", "\"baas\" is no role"},
      {"an OIN too short", openid + roles + "[sign_in.organisations]\nx = \"123\"\n", "20 digits"},
      {"no peers", "[sign_in]\nway = \"proxy\"\npublic_url = \"https://w.example\"\n" + roles,
       "sign_in.trusted_peers: is missing"},
      {"a peer by name",
       "[sign_in]\nway = \"proxy\"\npublic_url = \"https://w.example\"\n"
       "trusted_peers = [\"proxy.example\"]\n" +
           roles,
       "\"proxy.example\" is no address"},
      {"a header with a space",
       "[sign_in]\nway = \"proxy\"\npublic_url = \"https://w.example\"\n"
       "trusted_peers = [\"10.0.0.1\"]\nname_header = \"a b\"\n" +
           roles,
       "sign_in.name_header"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto read = collector_settings_from(c.text, "c.toml");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().text.rfind("c.toml:", 0), 0u);
    EXPECT_NE(read.error().text.find(c.part), std::string::npos) << read.error().text;
  }
}

TEST(Listen, beyond_this_machine_only_with_sign_in_of_the_organisation) {
  struct Case {
    const char* address;
    SignInWay way;
    bool may;
  };
  const Case cases[] = {
      {"127.0.0.1", SignInWay::open, true},
      {"::1", SignInWay::open, true},
      {"localhost", SignInWay::open, true},
      {"0.0.0.0", SignInWay::open, false},
      {"10.0.0.5", SignInWay::open, false},
      {"::", SignInWay::open, false},
      {"::ffff:10.0.0.5", SignInWay::open, false},
      {"127.0.0.1", SignInWay::local, true},
      {"0.0.0.0", SignInWay::local, false},
      {"10.0.0.5", SignInWay::openid, true},
      {"::", SignInWay::openid, true},
      {"0.0.0.0", SignInWay::proxy, true},
      {"127.0.0.1", SignInWay::openid, true},
      {"collector.example", SignInWay::openid, false},
      {"", SignInWay::openid, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.address) + " " + std::to_string(static_cast<int>(c.way)));
    EXPECT_EQ(static_cast<bool>(may_listen(c.address, c.way)), c.may);
  }
  // A proxy brings others in.
  EXPECT_FALSE(may_listen("127.0.0.1", SignInWay::open, true));
  EXPECT_FALSE(may_listen("127.0.0.1", SignInWay::local, true));
  EXPECT_FALSE(may_listen("unix:/run/w.socket", SignInWay::open));
  EXPECT_FALSE(may_listen("unix:/run/w.socket", SignInWay::local));
  EXPECT_TRUE(may_listen("unix:/run/w.socket", SignInWay::proxy, true));
  EXPECT_TRUE(may_listen("127.0.0.1", SignInWay::openid, true));
  EXPECT_NE(may_listen("0.0.0.0", SignInWay::open).error().text.find("nobody signs in"),
            std::string::npos);
}

}  // namespace
}  // namespace wattlife
