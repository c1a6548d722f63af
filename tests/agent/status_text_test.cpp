// SPDX-License-Identifier: EUPL-1.2
#include "agent/status_text.h"

#include <gtest/gtest.h>

#include "tests/agent/example_view.h"

namespace wattlife {
namespace {

const char* const this_morning = "2026-11-24T10:30:00Z";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(StatusText, ALaptopThatMeasures) {
  const View view = shown(example_facts());
  const Moment moment = moment_after(this_morning, std::chrono::minutes(4));
  EXPECT_TRUE(is_measuring(view, moment));
  expect_golden("status-en.txt", status_text(view, moment, Language::english));
  expect_golden("status-nl.txt", status_text(view, moment, Language::dutch));
  expect_golden("status.json", status_json(view, moment));
}

TEST(StatusText, SilenceAndAFullDiskAreNegative) {
  const Moment silent = moment_after(this_morning, std::chrono::hours(75));
  ViewFacts facts = example_facts();
  EXPECT_FALSE(is_measuring(shown(facts), silent));
  const std::string text = status_text(shown(facts), silent, Language::english);
  EXPECT_TRUE(has(text, "NOT MEASURING: last measured 3 days ago (2026-11-24T10:30:00Z)")) << text;
  EXPECT_TRUE(has(text, "start the service wattlife-sampler")) << text;
  EXPECT_TRUE(has(text, "2026-11-24  between")) << "not called today";

  const Moment now = moment_after(this_morning, std::chrono::seconds(30));
  facts.store_fault = "samples.db: the disk is full";
  EXPECT_FALSE(is_measuring(shown(facts), now));
  EXPECT_TRUE(has(status_text(shown(facts), now, Language::english),
                  "Storage     FAILS: samples.db: the disk is full"));
}

TEST(StatusText, TheNextReportIsAfterThePeriod) {
  ViewFacts facts = example_facts();
  const Moment now = moment_after(this_morning, Duration{0});
  EXPECT_TRUE(has(status_text(shown(facts), now, Language::english),
                  "next from 2026-11-30 on, to https://wattlife.voorbeeld.nl"));
  // A week is cut at the end of a month.
  facts.today = UtcDay{std::chrono::year{2026} / 12 / 1};
  EXPECT_TRUE(has(status_json(shown(facts), now), R"("next_report_from":"2026-12-07")"));
  facts.collector_url.clear();
  EXPECT_TRUE(has(status_json(shown(facts), now), R"("next_report_from":null)"));
  EXPECT_TRUE(has(status_text(shown(facts), now, Language::english), "nothing leaves this laptop"));
}

TEST(StatusText, TheLastContactAndTheCertificate) {
  const View view = shown(example_facts());
  const Moment now = moment_after(this_morning, Duration{0});
  Contact contact;
  contact.mode = "certificate";
  contact.tried = utc_from_iso8601("2026-11-24T09:00:00Z");
  contact.outcome = Contact::Outcome::accepted;
  contact.text = "report 3 was accepted";
  contact.valid_until = utc_from_iso8601("2027-02-01T12:00:00Z");
  const std::string fine = status_text(view, now, Language::english, contact);
  EXPECT_TRUE(has(fine, "Contact     accepted, 2026-11-24T09:00:00Z\n")) << fine;
  EXPECT_TRUE(has(fine, "Certificate valid until 2027-02-01\n")) << fine;
  EXPECT_TRUE(has(status_json(view, now, contact), R"("valid_until":"2027-02-01T12:00:00Z")"));

  contact.outcome = Contact::Outcome::refused;
  contact.text = "HTTP 401: The client certificate has expired.";
  contact.trouble = CertificateTrouble::expired;
  contact.certificate_text = "the certificate of this laptop expired on 2026-11-22";
  const std::string refused = status_text(view, now, Language::dutch, contact);
  EXPECT_TRUE(has(refused, "GEWEIGERD, 2026-11-24T09:00:00Z: HTTP 401")) << refused;
  EXPECT_TRUE(has(refused, "Certificaat the certificate of this laptop expired")) << refused;
  EXPECT_TRUE(has(status_json(view, now, contact), R"("outcome":"refused")"));

  // It ended since the agent looked.
  contact.trouble = CertificateTrouble::none;
  contact.valid_until = utc_from_iso8601("2026-11-24T01:00:00Z");
  EXPECT_TRUE(has(status_text(view, now, Language::english, contact), "EXPIRED on 2026-11-24"));
  contact.mode = "token";
  EXPECT_FALSE(has(status_text(view, now, Language::english, contact), "Certificate"));
  // Without a collector there is nothing to say.
  ViewFacts alone = example_facts();
  alone.collector_url.clear();
  EXPECT_FALSE(has(status_text(shown(alone), now, Language::english, contact), "Contact"));
}

TEST(StatusText, ManyFaultsDoNotFillTheScreen) {
  ViewFacts facts = example_facts();
  for (int i = 0; i < 40; ++i) facts.faults.push_back({"sys/x" + std::to_string(i), Cause::io});
  const std::string text =
      status_text(shown(facts), moment_after(this_morning, Duration{0}), Language::english);
  EXPECT_TRUE(has(text, "sys/x8: io\n            + 31\n")) << text;
}

}  // namespace
}  // namespace wattlife
