// SPDX-License-Identifier: EUPL-1.2
// Confirming and revoking in the browser: who may, what of others never shows or changes, what a
// forged or stale form does, and what the audit log then says.
#include <gtest/gtest.h>

#include "collector/page_enrolments.h"
#include "tests/collector/sign_in_browser.h"

namespace wattlife {
namespace {

using testing::example_day;
using testing::has;
using testing::header_of;
using testing::Laptop;
using testing::openid_settings;
using testing::own_oin;

class EnrolmentsTest : public testing::SignInTest {
 protected:
  Laptop waiting(const std::string& name, bool theirs = false) {
    Laptop made = testing::laptop(name);
    made.stock = testing::inventory("MERK" + name, "Model " + name);
    fleet_.enrol(made, example_day, theirs ? fleet_.other_token : "");
    return made;
  }
  void sign_in_as(const std::string& role, const std::string& oins = own_oin) {
    use(openid_settings());
    ASSERT_EQ(sign_in("\"" + role + "\"", oins).status, 303);
  }
  std::string page(const std::string& query = "") { return browse("/inschrijvingen" + query).body; }
  // The token in the form of that page.
  std::string token() { return hidden("formulier"); }
  // What the button for all that wait sends along.
  std::string shown() { return "&getoond=" + hidden("getoond"); }
  std::string hidden(const std::string& name) {
    const std::string body = page();
    const std::string before = "name=\"" + name + "\" value=\"";
    const std::size_t at = body.rfind(before);
    return at == std::string::npos ? "" : body.substr(at + before.size(), 64);
  }
  // Where the answer leads.
  std::string submit(const std::string& fields, const std::string& target = "/inschrijvingen") {
    const Response response = send_form(target, "formulier=" + token() + "&" + fields);
    EXPECT_EQ(response.status, 303) << response.body;
    return header_of(response, "Location");
  }
  static std::string choice(const Laptop& laptop) {
    return "kies=" + hex_from_bytes(laptop.credential.device_id);
  }
  std::vector<AuditEntry> entries(AuditAction action) {
    std::vector<AuditEntry> found;
    for (const ChainedEntry& one : *fleet_.store().audit_entries({})) {
      if (one.entry.action == action) found.push_back(one.entry);
    }
    return found;
  }
};

TEST_F(EnrolmentsTest, chosen_devices_are_confirmed_and_the_log_says_by_whom) {
  Laptop a = waiting("A");
  const Laptop b = waiting("B");
  sign_in_as("beheerder");
  EXPECT_TRUE(has(page(), "MERKA Model A"));
  EXPECT_EQ(submit("doe=bevestig&" + choice(a)), "/inschrijvingen?klaar=bevestigd&aantal=1");
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::confirmed);
  EXPECT_EQ(fleet_.state_of(b), EnrolmentState::to_confirm);
  const auto noted = entries(AuditAction::enrolment_confirm);
  ASSERT_EQ(noted.size(), 1u);
  EXPECT_EQ(noted[0].actor, "openid https://idp.example 4711");
  EXPECT_EQ(noted[0].object, device_reference(a.credential.device_id));
  EXPECT_EQ(noted[0].origin, "192.0.2.7");
  EXPECT_EQ(noted[0].result, AuditResult::done);
  EXPECT_TRUE(has(page("?klaar=bevestigd&aantal=1"), "1 apparaat bevestigd"));
  EXPECT_FALSE(has(page(), "MERKA Model A"));
  EXPECT_TRUE(has(page("?lijst=bevestigd"), "MERKA Model A"));
}

TEST_F(EnrolmentsTest, all_are_confirmed_only_when_they_are_those_that_were_shown) {
  const Laptop a = waiting("A");
  const Laptop b = waiting("B");
  sign_in_as("beheerder");
  EXPECT_TRUE(has(page(), "Bevestig alle 2"));
  const std::string of_two = "doe=bevestig-alle" + shown();
  const Laptop later = waiting("C");
  EXPECT_EQ(submit(of_two), "/inschrijvingen?klaar=veranderd");
  // As many as were shown, and others.
  ASSERT_TRUE(fleet_.store().revoke(b.credential.device_id));
  EXPECT_EQ(submit(of_two), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::to_confirm);
  EXPECT_EQ(fleet_.state_of(later), EnrolmentState::to_confirm);
  const Laptop last = waiting("D");
  EXPECT_EQ(submit("doe=bevestig-alle" + shown()), "/inschrijvingen?klaar=bevestigd&aantal=3");
  for (const Laptop& one : {a, later, last}) {
    EXPECT_EQ(fleet_.state_of(one), EnrolmentState::confirmed);
  }
  EXPECT_EQ(entries(AuditAction::enrolment_confirm).size(), 3u);
}

TEST_F(EnrolmentsTest, imported_inventory_confirms_what_stands_in_it) {
  const Laptop a = waiting("A");
  const Laptop b = waiting("B");
  ASSERT_TRUE(fleet_.store().import_stock(testing::oin, {{"PF-B-SYS", ""}}));
  sign_in_as("beheerder");
  EXPECT_TRUE(has(page(), "in de ingelezen inventaris staat: 1"));
  EXPECT_EQ(submit("doe=bevestig-inventaris" + shown()),
            "/inschrijvingen?klaar=bevestigd&aantal=1");
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::to_confirm);
  EXPECT_EQ(fleet_.state_of(b), EnrolmentState::confirmed);
}

TEST_F(EnrolmentsTest, refusing_and_revoking_need_a_reason_from_the_list) {
  const Laptop a = waiting("A");
  sign_in_as("beheerder");
  for (const char* reason : {"", "&reden=", "&reden=zomaar", "&reden=%3Cscript%3E"}) {
    EXPECT_EQ(submit("doe=intrekken&" + choice(a) + reason), "/inschrijvingen?klaar=geen-reden");
  }
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::to_confirm);
  EXPECT_EQ(submit("doe=intrekken&reden=niet-herkend&" + choice(a)),
            "/inschrijvingen?klaar=ingetrokken&aantal=1");
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::revoked);
  const auto noted = entries(AuditAction::enrolment_revoke);
  ASSERT_EQ(noted.size(), 1u);
  EXPECT_EQ(noted[0].object, device_reference(a.credential.device_id) + " (niet-herkend)");
}

TEST_F(EnrolmentsTest, a_confirmed_device_is_revoked_from_its_own_list) {
  Laptop a = waiting("A");
  ASSERT_TRUE(fleet_.store().confirm(a.credential.device_id, false));
  sign_in_as("beheerder");
  EXPECT_EQ(submit("doe=bevestig&" + choice(a)), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit("doe=intrekken&reden=kwijt&" + choice(a), "/inschrijvingen?lijst=bevestigd"),
            "/inschrijvingen?klaar=ingetrokken&aantal=1&lijst=bevestigd");
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::revoked);
}

TEST_F(EnrolmentsTest, another_tenants_device_is_not_there_and_trying_is_noted) {
  const Laptop mine = waiting("A");
  const Laptop theirs = waiting("B", true);
  sign_in_as("beheerder");
  const std::string body = page();
  EXPECT_FALSE(has(body, "Model B"));
  EXPECT_FALSE(has(body, testing::other_oin));
  EXPECT_FALSE(has(body, "Dienst Proef"));
  for (const std::string& fields :
       {"doe=bevestig&" + choice(theirs), "doe=bevestig&" + choice(mine) + "&" + choice(theirs),
        "doe=intrekken&reden=kwijt&" + choice(theirs)}) {
    EXPECT_EQ(submit(fields), "/inschrijvingen?klaar=veranderd") << fields;
  }
  EXPECT_EQ(fleet_.state_of(theirs), EnrolmentState::to_confirm);
  EXPECT_EQ(fleet_.state_of(mine), EnrolmentState::to_confirm);
  EXPECT_EQ(submit("doe=bevestig-alle" + shown()), "/inschrijvingen?klaar=bevestigd&aantal=1");
  EXPECT_EQ(fleet_.state_of(theirs), EnrolmentState::to_confirm);
  int denied = 0;
  for (const AuditEntry& one : entries(AuditAction::enrolment_confirm)) {
    denied += one.result == AuditResult::denied ? 1 : 0;
  }
  EXPECT_EQ(denied, 2);
  EXPECT_EQ(entries(AuditAction::enrolment_revoke).front().result, AuditResult::denied);
}

TEST_F(EnrolmentsTest, who_operates_a_device_confirms_it_and_sees_no_serial_or_lock) {
  const Laptop operated = waiting("B", true);
  const Laptop kept = waiting("C", true);
  ASSERT_TRUE(fleet_.store().set_operator({operated.credential.device_id}, testing::oin));
  sign_in_as("beheerder");
  const std::string body = page("?serienummers=ja");
  EXPECT_TRUE(has(body, "Model B"));
  EXPECT_TRUE(has(body, "Dienst Proef"));
  EXPECT_FALSE(has(body, "PF-B-SYS"));
  EXPECT_FALSE(has(body, "Model C"));
  EXPECT_EQ(submit("doe=bevestig&" + choice(kept)), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit("doe=bevestig&" + choice(operated)), "/inschrijvingen?klaar=bevestigd&aantal=1");
  Laptop report = operated;
  report.stock.provision.locks.bios_password = true;
  ASSERT_TRUE(fleet_.send(report, report.health(), example_day).acknowledgement);
  const std::string list = ask("GET", "/v1/apparaten").body;
  EXPECT_TRUE(has(list, "\"model\": \"Model B\"")) << list;
  const std::size_t at = list.find("Model B");
  EXPECT_EQ(list.substr(list.find("\"sloten\"", at), 14), "\"sloten\": null");
  EXPECT_FALSE(has(list, "Model C"));
  EXPECT_TRUE(has(browse("/").body, "niet voor uw rol"));
}

TEST_F(EnrolmentsTest, serial_numbers_are_shown_when_asked_for_and_that_is_noted) {
  waiting("A");
  sign_in_as("beheerder");
  EXPECT_FALSE(has(page(), "PF-A-SYS"));
  EXPECT_TRUE(entries(AuditAction::serials_view).empty());
  EXPECT_TRUE(has(page("?serienummers=ja"), "PF-A-SYS"));
  const auto noted = entries(AuditAction::serials_view);
  ASSERT_EQ(noted.size(), 1u);
  EXPECT_EQ(noted[0].actor, "openid https://idp.example 4711");
  EXPECT_FALSE(has(noted[0].object, "PF-"));
}

TEST_F(EnrolmentsTest, without_the_role_it_is_403_in_words) {
  const Laptop a = waiting("A");
  for (const char* role : {"indiener", "goedkeurder", "drz-planner", "auditor", "rijksbreed"}) {
    SCOPED_TRACE(role);
    sign_in_as(role);
    const Response shown = browse("/inschrijvingen");
    EXPECT_EQ(shown.status, 403);
    EXPECT_TRUE(has(shown.body, "niet voor uw rol"));
    EXPECT_FALSE(has(shown.body, "Model A"));
    EXPECT_EQ(
        send_form("/inschrijvingen", "formulier=" + form_token() + "&doe=bevestig&" + choice(a))
            .status,
        403);
  }
  cookie_.clear();
  EXPECT_EQ(browse("/inschrijvingen").status, 303);  // to sign in
  EXPECT_EQ(send_form("/inschrijvingen", "doe=bevestig&" + choice(a)).status, 401);
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::to_confirm);
}

TEST_F(EnrolmentsTest, a_forged_form_changes_nothing) {
  const Laptop a = waiting("A");
  sign_in_as("beheerder");
  const std::string good = "formulier=" + token() + "&doe=bevestig&" + choice(a);
  EXPECT_EQ(send_form("/inschrijvingen", "doe=bevestig&" + choice(a)).status, 403);
  EXPECT_EQ(send_form("/inschrijvingen",
                      "formulier=" + std::string(64, '0') + "&doe=bevestig&" + choice(a))
                .status,
            403);
  EXPECT_EQ(send_form("/inschrijvingen", good, "https://evil.example").status, 403);
  EXPECT_EQ(ask("POST", "/inschrijvingen", {{"accept", "text/html"}}, good).status, 403);
  EXPECT_EQ(browse("/inschrijvingen?" + good).status, 200);  // a link is no form
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::to_confirm);
  EXPECT_EQ(send_form("/inschrijvingen", good).status, 303);
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::confirmed);
}

TEST_F(EnrolmentsTest, what_makes_no_sense_changes_nothing) {
  const Laptop a = waiting("A");
  sign_in_as("beheerder");
  EXPECT_EQ(submit("doe=bevestig"), "/inschrijvingen?klaar=niets-gekozen");
  EXPECT_EQ(submit("doe=wis&" + choice(a)), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit(choice(a)), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit("doe=bevestig&kies=zz"), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit("doe=bevestig&" + choice(a) + "&kies=" + std::string(32, '0')),
            "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit("doe=kies&" + choice(a)), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit("doe=bevestig-inventaris" + shown()), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit("doe=bevestig-alle"), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::to_confirm);
  EXPECT_EQ(submit("doe=bevestig&" + choice(a) + "&" + choice(a), "/inschrijvingen?lang=en"),
            "/inschrijvingen?klaar=bevestigd&aantal=1&lang=en");
}

TEST_F(EnrolmentsTest, a_conflict_is_settled_by_choosing_one) {
  Laptop old = waiting("A");
  ASSERT_TRUE(fleet_.store().confirm(old.credential.device_id, false));
  Laptop twin = testing::laptop("T");
  twin.serials = old.serials;
  fleet_.enrol(twin, example_day);
  ASSERT_TRUE(fleet_.store().confirm(twin.credential.device_id, false));
  for (Laptop* one : {&old, &twin, &old, &twin}) fleet_.send(*one, one->health(), example_day);
  ASSERT_EQ(fleet_.state_of(old), EnrolmentState::conflict);
  sign_in_as("beheerder");
  EXPECT_TRUE(has(page(), "Conflicten"));
  EXPECT_EQ(submit("doe=bevestig&" + choice(twin)), "/inschrijvingen?klaar=veranderd");
  EXPECT_EQ(submit("doe=kies&" + choice(twin)), "/inschrijvingen?klaar=bevestigd&aantal=1");
  EXPECT_EQ(fleet_.state_of(twin), EnrolmentState::confirmed);
  EXPECT_EQ(fleet_.state_of(old), EnrolmentState::conflict);
}

TEST_F(EnrolmentsTest, where_nobody_signs_in_nothing_can_be_changed) {
  const Laptop a = waiting("A");
  site_.emplace(fleet_.store(), *built_in_rules());
  const std::string body = page();
  EXPECT_TRUE(has(body, "Model A"));
  EXPECT_FALSE(has(body, "<form"));
  EXPECT_FALSE(has(page("?serienummers=ja"), "PF-A-SYS"));
  const Response response =
      ask("POST", "/inschrijvingen", {{"sec-fetch-site", "same-origin"}, {"host", "localhost"}},
          "doe=bevestig&" + choice(a));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(fleet_.state_of(a), EnrolmentState::to_confirm);
}

}  // namespace
}  // namespace wattlife
