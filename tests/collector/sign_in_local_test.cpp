// SPDX-License-Identifier: EUPL-1.2
// Users of a file, from this machine only.
#include "collector/sign_in.h"

#include <gtest/gtest.h>

#include "collector/password.h"
#include "tests/collector/sign_in_browser.h"

namespace wattlife {
namespace {

using std::chrono::seconds;
using testing::has;
using testing::header_of;
using testing::public_url;
using testing::SignInTest;

class LocalSignInTest : public SignInTest {
 protected:
  LocalSignInTest() {
    users_ = {{"jan",
               *password_hash("correct horse battery", std::string(password_salt_bytes, 's')),
               {Role::beheerder},
               {testing::oin}}};
    SignInSettings settings;
    settings.way = SignInWay::local;
    settings.public_url = public_url;
    use(settings);
    peer_ = "127.0.0.1";
  }
  Response try_password(const std::string& user, const std::string& password) {
    cookie_.clear();
    return send_form("/aanmelden", "naar=%2F&naam=" + query_encoded(user) +
                                       "&wachtwoord=" + query_encoded(password));
  }
};

TEST_F(LocalSignInTest, form_is_for_people_who_see_hear_or_type) {
  const std::string page = browse("/aanmelden?naar=%2Fwerklijst%3Fformaat%3Dcsv").body;
  EXPECT_TRUE(has(page, "<html lang=\"nl\">"));
  EXPECT_TRUE(has(page, "<label for=\"naam\">Naam</label>"));
  EXPECT_TRUE(has(page, "<label for=\"wachtwoord\">Wachtwoord</label>"));
  EXPECT_TRUE(has(page, "autocomplete=\"username\""));
  EXPECT_TRUE(has(page, "autocomplete=\"current-password\""));
  EXPECT_TRUE(has(page, "value=\"/werklijst?formaat=csv\""));
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_TRUE(has(browse("/aanmelden?lang=en").body, "<label for=\"wachtwoord\">Password</label>"));
  const std::string refused = try_password("jan", "wrong").body;
  EXPECT_TRUE(has(refused, "role=\"alert\">De naam of het wachtwoord klopt niet."));
  EXPECT_TRUE(has(refused, "aria-describedby=\"fout\" aria-invalid=\"true\""));
  EXPECT_FALSE(has(refused, "wrong"));
  testing::expect_golden("page-sign-in-nl.html", browse("/aanmelden").body);
}

TEST_F(LocalSignInTest, in_with_the_right_password_and_out_when_the_user_changes) {
  EXPECT_EQ(try_password("jan", "correct horse battery").status, 303);
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 200);
  EXPECT_TRUE(has(ask("GET", "/v1/aanmelding").body, "\"wijze\": \"lokaal\""));
  users_[0].roles = {Role::auditor};
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  EXPECT_EQ(try_password("Jan ", "correct horse battery").status, 303) << "typed with a capital";
  EXPECT_TRUE(has(ask("GET", "/v1/apparaten").body, "\"sloten\": null"));
  users_.clear();
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
}

TEST_F(LocalSignInTest, guessing_becomes_slow_per_user_and_address) {
  for (int i = 0; i < free_failures; ++i) EXPECT_EQ(try_password("jan", "wrong").status, 403);
  const Response slowed = try_password("jan", "correct horse battery");
  EXPECT_EQ(slowed.status, 429) << "also with the right one: it is not looked at";
  EXPECT_EQ(header_of(slowed, "Retry-After"), "1");
  EXPECT_TRUE(has(slowed.body, "Wacht 1 seconde."));
  EXPECT_EQ(try_password("piet", "x").status, 429) << "the same address";
  pass(seconds(1));
  EXPECT_EQ(try_password("jan", "correct horse battery").status, 303);
  EXPECT_EQ(try_password("jan", "wrong").status, 403) << "forgotten after success";
  // Someone who is not there is refused in the same words.
  EXPECT_EQ(try_password("piet", "wrong").body, try_password("jan", "wrong").body);
}

TEST_F(LocalSignInTest, wrong_passwords_are_counted_by_quarter_of_an_hour) {
  for (int i = 0; i < free_failures + 2; ++i) try_password("jan", "wrong");
  peer_ = "192.0.2.7";
  try_password("jan", "correct horse battery");
  pass(std::chrono::minutes(15));
  browse("/afgemeld");
  std::vector<AuditEntry> denied;
  for (const ChainedEntry& one : *fleet_.store().audit_entries({.action = AuditAction::sign_in})) {
    denied.push_back(one.entry);
  }
  ASSERT_EQ(denied.size(), 2u);
  EXPECT_TRUE(has(denied[0].object, ": password 5 waiting 2")) << denied[0].object;
  EXPECT_EQ(denied[0].origin, "this machine");
  EXPECT_TRUE(has(denied[1].object, ": elsewhere 1")) << denied[1].object;
  for (const AuditEntry& one : denied) EXPECT_FALSE(has(one.object, "jan"));
}

TEST_F(LocalSignInTest, from_another_machine_it_does_not_exist) {
  EXPECT_EQ(try_password("jan", "correct horse battery").status, 303);
  const std::string kept = cookie_;
  peer_ = "192.0.2.7";
  cookie_ = kept;
  EXPECT_EQ(ask("GET", "/v1/apparaten").status, 401);
  EXPECT_EQ(try_password("jan", "correct horse battery").status, 403);
}

TEST_F(LocalSignInTest, another_site_cannot_sign_its_own_user_in_here) {
  cookie_.clear();
  const std::string body = "naam=jan&wachtwoord=correct+horse+battery";
  EXPECT_EQ(send_form("/aanmelden", body, "https://evil.example").status, 403);
  EXPECT_EQ(cookie_, "");
  const Response elsewhere = send_form("/aanmelden", body + "&naar=%2F%2Fevil.example");
  EXPECT_EQ(elsewhere.status, 303);
  EXPECT_EQ(header_of(elsewhere, "Location"), "/");
}

}  // namespace
}  // namespace wattlife
