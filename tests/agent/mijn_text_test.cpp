// SPDX-License-Identifier: EUPL-1.2
#include "agent/mijn_text.h"

#include <gtest/gtest.h>

#include "tests/agent/example_view.h"

namespace wattlife {
namespace {

const char* const this_morning = "2026-11-24T10:30:00Z";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
std::string dutch(const View& view, const Moment& moment) {
  return mijn_text(view, moment, {Language::dutch, true});
}

TEST(MijnText, APageInDutchAndInEnglishWithoutBlocks) {
  const View view = shown(example_facts());
  const Moment moment = moment_after(this_morning, std::chrono::minutes(4));
  expect_golden("mijn-nl.txt", dutch(view, moment));
  const std::string english = mijn_text(view, moment, {Language::english, false});
  expect_golden("mijn-en-ascii.txt", english);
  for (const char c : english) EXPECT_GE(c, '\n') << "plain ASCII";
}

TEST(MijnText, WithoutAMeasurementItSaysWhatToDo) {
  ViewFacts facts = example_facts();
  facts.days.clear();
  facts.months.clear();
  expect_golden("mijn-empty-nl.txt",
                dutch(shown(facts), moment_after(this_morning, std::chrono::minutes(1))));
}

TEST(MijnText, AfterDaysOfSilenceNothingIsCalledToday) {
  const std::string text =
      dutch(shown(example_facts()), moment_after(this_morning, std::chrono::hours(24 * 6)));
  EXPECT_TRUE(has(text, "de laatste meting is van dinsdag 24 november (6 dagen geleden)")) << text;
  EXPECT_TRUE(has(text, "  di 24 nov     tussen")) << text;
  EXPECT_TRUE(has(text, "  die week      tussen")) << text;
  EXPECT_TRUE(has(text, "  deze maand    tussen")) << "it is still November";
  EXPECT_FALSE(has(text, "vandaag"));
  EXPECT_FALSE(has(text, "eze week"));
  const std::string next_day =
      dutch(shown(example_facts()), moment_after(this_morning, std::chrono::hours(20)));
  EXPECT_TRUE(has(next_day, "  di 24 nov     tussen")) << next_day;
  EXPECT_TRUE(has(next_day, "  deze week     tussen")) << "it is still the same week";
  const std::string next_year =
      dutch(shown(example_facts()), moment_after(this_morning, std::chrono::hours(24 * 50)));
  EXPECT_TRUE(has(next_year, "  die maand     tussen")) << next_year;
  EXPECT_TRUE(has(next_year, "  dat jaar      tussen")) << next_year;
  EXPECT_TRUE(has(next_year, "dinsdag 24 november 2026 (50 dagen geleden)")) << next_year;
}

TEST(MijnText, ShortSilenceIsNormal) {
  const View view = shown(example_facts());
  EXPECT_FALSE(has(dutch(view, moment_after(this_morning, std::chrono::minutes(20))), "Let op:"));
  EXPECT_TRUE(has(dutch(view, moment_after(this_morning, std::chrono::minutes(26))), "Let op:"));
  // A clock that was set back is no silence.
  EXPECT_FALSE(has(dutch(view, moment_after(this_morning, std::chrono::hours(-5))), "Let op:"));
}

TEST(MijnText, AFullDiskIsToldInPlainWords) {
  ViewFacts facts = example_facts();
  facts.store_fault = "samples.db: database or disk is full; SQLITE_FULL";
  const std::string text = dutch(shown(facts), moment_after(this_morning, std::chrono::minutes(1)));
  EXPECT_TRUE(has(text, "Is de schijf vol?")) << text;
  EXPECT_TRUE(has(text, "Bewaard is alles tot en met dinsdag 24 november.")) << text;
  EXPECT_FALSE(has(text, "SQLITE")) << "that is for the administrator";
  // What is in memory only is not called "not measured".
  facts.today += std::chrono::days(1);
  const std::string later = dutch(shown(facts), moment_after("2026-11-25T10:30:00Z", Duration{0}));
  EXPECT_TRUE(has(later, "  vandaag       niets bewaard\n")) << later;
}

TEST(MijnText, AFigureOfAPartSaysSo) {
  ViewFacts facts = example_facts();
  const Moment moment = moment_after(this_morning, std::chrono::minutes(1));
  EXPECT_TRUE(has(dutch(shown(facts), moment), "% van de tijd; de rest is onbekend"));
  EXPECT_TRUE(has(dutch(shown(facts), moment), " *\n"));
  std::erase_if(facts.days, [](const DayRow& row) { return row.tier == Tier::unknown; });
  std::erase_if(facts.months, [](const DayRow& row) { return row.tier == Tier::unknown; });
  EXPECT_FALSE(has(dutch(shown(facts), moment), "de rest is onbekend"));
  EXPECT_FALSE(has(dutch(shown(facts), moment), " *"));
}

TEST(MijnText, CodesAreNeverPrintedAndNobodyIsAddressed) {
  ViewFacts facts = example_facts();
  facts.collector_url.clear();
  for (const Language language : {Language::dutch, Language::english}) {
    const std::string text = mijn_text(
        shown(facts), moment_after(this_morning, std::chrono::minutes(1)), {language, true});
    for (const char* code : {"calibrated", "T0", "T2", "media_errors", "prior-model", " uw ",
                             " jouw ", " je ", " your "}) {
      EXPECT_FALSE(has(text, code)) << code << "\n" << text;
    }
  }
  EXPECT_TRUE(has(dutch(shown(facts), moment_after(this_morning, std::chrono::minutes(1))),
                  "Niets. Alle metingen blijven op deze laptop."));
}

TEST(MijnText, LinesFitATerminal) {
  const std::string text =
      mijn_text(shown(example_facts()), moment_after(this_morning, std::chrono::hours(40)),
                {Language::english, false});
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    EXPECT_LE(end - begin, 100U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(MijnText, JsonHasTheSameFigures) {
  const View view = shown(example_facts());
  const std::string json = mijn_json(view, moment_after(this_morning, Duration{0}));
  EXPECT_TRUE(has(json, R"("written":"2026-11-24T10:30:00Z","today":"2026-11-24")")) << json;
  ASSERT_TRUE(view.week.device);
  EXPECT_TRUE(
      has(json, "\"device_low_mj\":" + std::to_string(view.week.device->interval.low.milli)));
  EXPECT_TRUE(has(json, R"("tier_time_ms":{"measured":)"));
}

}  // namespace
}  // namespace wattlife
