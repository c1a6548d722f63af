// SPDX-License-Identifier: EUPL-1.2
#include "agent/doctor_contact.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace wattlife {
namespace {

UtcDay day(const char* text) { return *day_from_iso8601(text); }
const UtcDay today = day("2026-11-24");

const Check* row(const std::vector<Check>& checks, const std::string& id) {
  for (const Check& check : checks) {
    if (check.id == id) return &check;
  }
  return nullptr;
}

// A laptop that reports with a certificate, all being well.
Contact well() {
  Contact contact;
  contact.mode = "certificate";
  contact.tried = UtcTime{day("2026-11-23")};
  contact.outcome = Contact::Outcome::accepted;
  contact.issuer = "CN=Voorbeeld CA";
  contact.valid_until = UtcTime{day("2027-02-01")};
  return contact;
}
void connect(CollectorNews& news, const Contact& contact) { news = {true, std::nullopt, contact}; }
void trouble(CollectorNews& news, CertificateTrouble what) {
  Contact contact = well();
  contact.trouble = what;
  contact.certificate_text = "the certificate has something";
  connect(news, contact);
}
void outcome(CollectorNews& news, Contact::Outcome what) {
  Contact contact = well();
  contact.outcome = what;
  contact.text = "why";
  connect(news, contact);
}

struct Case {
  const char* what;
  void (*change)(CollectorNews&);
  const char* code;
  CheckResult result;
};

const std::vector<Case>& cases() {
  using N = CollectorNews;
  static const std::vector<Case> all = {
      {"no certificate", [](N& n) { trouble(n, CertificateTrouble::not_found); }, "WL-1301",
       CheckResult::fail},
      {"no key", [](N& n) { trouble(n, CertificateTrouble::no_key); }, "WL-1301",
       CheckResult::fail},
      {"expired when the agent looked", [](N& n) { trouble(n, CertificateTrouble::expired); },
       "WL-1302", CheckResult::fail},
      {"not begun", [](N& n) { trouble(n, CertificateTrouble::not_yet_valid); }, "WL-1302",
       CheckResult::fail},
      {"expired since the agent looked",
       [](N& n) {
         Contact contact = well();
         contact.valid_until = UtcTime{day("2026-11-23")};
         connect(n, contact);
       },
       "WL-1302", CheckResult::fail},
      {"expires in 13 days",
       [](N& n) {
         Contact contact = well();
         contact.valid_until = UtcTime{day("2026-12-07")};
         connect(n, contact);
       },
       "WL-1303", CheckResult::warn},
      {"key of another", [](N& n) { trouble(n, CertificateTrouble::key_unreadable); }, "WL-1304",
       CheckResult::fail},
      {"for servers", [](N& n) { trouble(n, CertificateTrouble::not_for_clients); }, "WL-1305",
       CheckResult::fail},
      {"no form that is known", [](N& n) { trouble(n, CertificateTrouble::not_usable); }, "WL-1305",
       CheckResult::fail},
      {"refused", [](N& n) { outcome(n, Contact::Outcome::refused); }, "WL-1310",
       CheckResult::fail},
      {"not reached", [](N& n) { outcome(n, Contact::Outcome::unreachable); }, "WL-1311",
       CheckResult::fail},
      {"asked to come later", [](N& n) { outcome(n, Contact::Outcome::later); }, "WL-1311",
       CheckResult::warn},
      {"not set up", [](N& n) { outcome(n, Contact::Outcome::not_set_up); }, "WL-1312",
       CheckResult::fail},
      {"failed here", [](N& n) { outcome(n, Contact::Outcome::failed); }, "WL-1312",
       CheckResult::fail},
      {"the agent never ran",
       [](N& n) {
         n = {true, Error{Cause::absent, "x"}, std::nullopt};
       },
       "WL-1313", CheckResult::warn},
      {"a file of another version",
       [](N& n) {
         n = {true, Error{Cause::malformed, "x: odd"}, std::nullopt};
       },
       "WL-1313", CheckResult::warn},
  };
  return all;
}

// Each has its code, a sentence, something to do, and leaves the other row as it is.
TEST(DoctorCollector, EachThingThatIsWrongIsOneRowAndStopsNothing) {
  std::set<std::string> raised;
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.what);
    CollectorNews news;
    connect(news, well());
    const std::vector<Check> before = contact_checks(news, today);
    c.change(news);
    const std::vector<Check> checks = contact_checks(news, today);
    EXPECT_EQ(checks.size(), news.contact ? 2U : 1U);
    std::size_t wrong = 0;
    for (const Check& check : checks) {
      if (check.code != c.code) {
        EXPECT_EQ(check, *row(before, check.id));
        continue;
      }
      ++wrong;
      EXPECT_EQ(check.result, c.result);
      EXPECT_FALSE(check.sentence.empty());
      EXPECT_FALSE(check.fix.empty());
    }
    EXPECT_EQ(wrong, 1U);
    raised.insert(c.code);
  }
  std::set<std::string> listed;
  for (const DoctorCode& code : contact_codes()) listed.insert(std::string(code.code));
  EXPECT_EQ(listed, raised);
}

TEST(DoctorCollector, AllBeingWellIsTwoRowsAndWithoutACollectorNone) {
  CollectorNews news;
  EXPECT_EQ(row(contact_checks(news, today), "collector"), nullptr);
  EXPECT_EQ(row(contact_checks(news, today), "certificate"), nullptr);
  connect(news, well());
  const auto checks = contact_checks(news, today);
  ASSERT_NE(row(checks, "certificate"), nullptr);
  EXPECT_EQ(row(checks, "certificate")->result, CheckResult::ok);
  EXPECT_NE(row(checks, "certificate")->sentence.find("valid until 2027-02-01"), std::string::npos);
  EXPECT_EQ(row(checks, "collector")->result, CheckResult::ok);
  EXPECT_NE(row(checks, "collector")->sentence.find("2026-11-23"), std::string::npos);
  // A token has no certificate to look at.
  news.contact->mode = "token";
  EXPECT_EQ(row(contact_checks(news, today), "certificate"), nullptr);
  EXPECT_NE(row(contact_checks(news, today), "collector"), nullptr);
  // The setting was taken away since the agent ran.
  news.wanted = false;
  EXPECT_EQ(row(contact_checks(news, today), "collector"), nullptr);
}

TEST(DoctorCollector, TheWarningBeginsFourteenDaysBeforeTheEnd) {
  CollectorNews news;
  Contact contact = well();
  contact.valid_until = UtcTime{today + std::chrono::days(14)};
  connect(news, contact);
  EXPECT_EQ(row(contact_checks(news, today), "certificate")->result, CheckResult::ok);
  *contact.valid_until -= std::chrono::seconds(1);
  connect(news, contact);
  EXPECT_EQ(row(contact_checks(news, today), "certificate")->code, "WL-1303");
}

// "The collector took what was sent" of last year is no sign that all is well.
TEST(DoctorCollector, AnAgentThatStoppedRunningIsNotCalledWell) {
  CollectorNews news;
  Contact contact = well();
  contact.ran = UtcTime{today - std::chrono::days(8)} + std::chrono::seconds(1);
  connect(news, contact);
  EXPECT_EQ(row(contact_checks(news, today), "collector")->result, CheckResult::ok);
  *contact.ran -= std::chrono::seconds(1);
  for (const auto last : {Contact::Outcome::accepted, Contact::Outcome::none}) {
    contact.outcome = last;
    connect(news, contact);
    EXPECT_EQ(row(contact_checks(news, today), "collector")->code, "WL-1313");
    EXPECT_NE(row(contact_checks(news, today), "collector")->sentence.find("2026-11-16"),
              std::string::npos);
  }
  // What was wrong already stays what it was.
  contact.outcome = Contact::Outcome::refused;
  connect(news, contact);
  EXPECT_EQ(row(contact_checks(news, today), "collector")->code, "WL-1310");
}

TEST(DoctorCollector, WhatCannotBeLookedAtIsSkippedAndNotCalledWell) {
  CollectorNews news;
  Contact contact = well();
  contact.valid_until.reset();
  contact.outcome = Contact::Outcome::none;
  contact.tried.reset();
  connect(news, contact);
  EXPECT_EQ(row(contact_checks(news, today), "certificate")->result, CheckResult::skip);
  EXPECT_EQ(row(contact_checks(news, today), "collector")->result, CheckResult::skip);
}

}  // namespace
}  // namespace wattlife
