// SPDX-License-Identifier: EUPL-1.2
// What who signed in then sees, and what of others never shows.
#include "collector/sign_in.h"

#include <gtest/gtest.h>

#include "tests/collector/sign_in_browser.h"

namespace wattlife {
namespace {

using testing::example_day;
using testing::has;
using testing::Laptop;
using testing::openid_settings;
using testing::own_oin;
using testing::SignInTest;

TEST_F(SignInTest, nothing_of_another_organisation_shows_whatever_the_role) {
  testing::fill_with_examples(fleet_);
  use(openid_settings());
  for (const Role role : all_roles) {
    SCOPED_TRACE(name_of(role));
    ASSERT_EQ(sign_in("\"" + std::string(name_of(role)) + "\"", own_oin).status, 303);
    for (const RouteDecision& route : Site::decisions()) {
      if (route.method != "GET") continue;
      for (const char* query : {"", "?formaat=csv", "?lang=en", "?oin=00000004000000062000"}) {
        SCOPED_TRACE(std::string(route.path) + query);
        const std::string body = browse(std::string(route.path) + query).body;
        EXPECT_FALSE(has(body, "Geheim Model 9"));
        EXPECT_FALSE(has(body, testing::other_oin));
      }
    }
    const Person person = {"s", "n", {role}, {testing::oin}, SignedInBy::openid};
    const bool may = admission(for_device_lists, &person).permission == Permission::allowed;
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, may ? 200 : 403);
  }
}

TEST_F(SignInTest, each_organisation_has_its_own_people) {
  testing::fill_with_examples(fleet_);
  use(openid_settings());
  sign_in("\"beheerder\"", "\"" + testing::other_oin + "\"");
  const std::string list = ask("GET", "/v1/apparaten").body;
  EXPECT_TRUE(has(list, "Geheim Model 9"));
  EXPECT_FALSE(has(list, "ThinkPad"));
  EXPECT_FALSE(has(list, testing::oin));
  EXPECT_TRUE(has(ask("GET", "/v1/energieoverzicht").body, "\"apparaten\": 0"));
  sign_in("\"auditor\"", own_oin);
  EXPECT_TRUE(has(ask("GET", "/v1/energieoverzicht").body, "\"apparaten\": 13"));
  // A shared service centre acts for both.
  sign_in("\"beheerder\"", "[" + own_oin + ",\"" + testing::other_oin + "\"]");
  const std::string both = ask("GET", "/v1/apparaten").body;
  EXPECT_TRUE(has(both, "Geheim Model 9"));
  EXPECT_TRUE(has(both, "ThinkPad"));
}

TEST_F(SignInTest, the_sum_of_all_does_not_tell_of_a_small_organisation) {
  testing::fill_with_examples(fleet_);
  use(openid_settings());
  sign_in("\"rijksbreed\"", "[]");
  const std::string before = ask("GET", "/v1/energieoverzicht").body;
  const std::string both = "[" + own_oin + ",\"" + testing::other_oin + "\"]";
  Laptop small = testing::laptop("small");
  fleet_.enrol(small, example_day, fleet_.other_token);
  ASSERT_TRUE(fleet_.store().confirm(small.credential.device_id, false));
  const Period week = testing::week_of(testing::day("2026-11-09"));
  ASSERT_TRUE(fleet_.send(small, small.energy(week), example_day).acknowledgement);
  EXPECT_EQ(ask("GET", "/v1/energieoverzicht").body, before);
  // Nor does the sum of who acts for both, since the other one's people see theirs.
  sign_in("\"beheerder\"", both);
  EXPECT_EQ(ask("GET", "/v1/energieoverzicht").body, before);
  // Its own people see that it is too few.
  sign_in("\"beheerder\"", "\"" + testing::other_oin + "\"");
  const std::string own = ask("GET", "/v1/energieoverzicht").body;
  EXPECT_TRUE(has(own, "\"verbruik\": null")) << own;
}

TEST_F(SignInTest, the_government_wide_role_sees_sums_and_no_device) {
  testing::fill_with_examples(fleet_);
  use(openid_settings());
  sign_in("\"rijksbreed\"", "[]");
  const Response page = browse("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page.body, "kWh"));
  EXPECT_TRUE(has(page.body, "Alle organisaties samen"));
  EXPECT_FALSE(has(page.body, "ThinkPad"));
  EXPECT_FALSE(has(page.body, "<table class=\"devices\""));
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 403);
  EXPECT_EQ(browse("/werklijst?formaat=csv").status, 403);
  EXPECT_TRUE(has(ask("GET", "/v1/energieoverzicht").body, "\"kwh\""));
}

TEST_F(SignInTest, locks_are_for_the_asset_role) {
  use(openid_settings());
  sign_in("\"beheerder\"", own_oin);
  EXPECT_TRUE(has(ask("GET", "/v1/apparaten").body, "\"biosWachtwoord\": \"ja\""));
  EXPECT_TRUE(has(browse("/").body, "BIOS-wachtwoord: ja"));
  for (const char* role : {"indiener", "goedkeurder", "auditor"}) {
    SCOPED_TRACE(role);
    sign_in("\"" + std::string(role) + "\"", own_oin);
    const std::string json = ask("GET", "/v1/apparaten").body;
    EXPECT_TRUE(has(json, "Slot Model 1"));
    EXPECT_TRUE(has(json, "\"sloten\": null"));
    EXPECT_FALSE(has(json, "biosWachtwoord"));
    const std::string page = browse("/").body;
    EXPECT_TRUE(has(page, "niet voor uw rol"));
    EXPECT_FALSE(has(page, "BIOS-wachtwoord"));
    EXPECT_FALSE(has(browse("/werklijst?formaat=csv").body, ";ja;onbekend;onbekend"));
  }
}

TEST_F(SignInTest, drz_sees_no_device_before_it_is_registered) {
  use(openid_settings());
  sign_in("\"drz-planner\"", "\"" + testing::other_oin + "\"");
  const Response list = ask("GET", "/v1/apparaten");
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.body,
            "{\"apparaten\": [\n], \"_links\": {\"self\": {\"href\": \"/v1/apparaten\"}}}\n");
  EXPECT_TRUE(has(browse("/").body, "Er zijn nog geen laptops bij u aangemeld"));
}

TEST_F(SignInTest, no_match_no_role) {
  use(openid_settings());
  for (const char* roles : {"\"Beheerder\"", "[]", "\"admin\"", "{\"x\":1}", "7"}) {
    SCOPED_TRACE(roles);
    EXPECT_EQ(sign_in(roles, own_oin).status, 303);
    const Response page = browse("/");
    EXPECT_EQ(page.status, 403);
    EXPECT_TRUE(has(page.body, "U hebt hier geen rol"));
    EXPECT_EQ(ask("GET", "/v1/apparaten").status, 403);
  }
  // A role, but for no organisation.
  sign_in("\"beheerder\"", "\"123\"");
  EXPECT_EQ(browse("/").status, 403);
}

}  // namespace
}  // namespace wattlife
