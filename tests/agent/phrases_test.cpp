// SPDX-License-Identifier: EUPL-1.2
#include "agent/phrases.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

Energy kwh(double value) { return Energy{static_cast<std::int64_t>(value * 3.6e9)}; }

TEST(Phrases, AnIntervalHasNoMoreDecimalsThanItIsWideAndNeverShrinks) {
  struct Case {
    double low;
    double high;
    const char* dutch;
    const char* english;
  };
  const Case cases[] = {
      {24.2, 35.9, "tussen 24 en 36 kWh", "between 24 and 36 kWh"},
      {0.052, 0.0779, "tussen 0,05 en 0,08 kWh", "between 0.05 and 0.08 kWh"},
      {0.05, 0.08, "tussen 0,05 en 0,08 kWh", "between 0.05 and 0.08 kWh"},
      {0.0071, 0.0139, "tussen 0,007 en 0,014 kWh", "between 0.007 and 0.014 kWh"},
      {0, 0.16, "tussen 0 en 0,16 kWh", "between 0 and 0.16 kWh"},
      {0, 0.0004, "minder dan 0,001 kWh", "less than 0.001 kWh"},
      {0, 0, "minder dan 0,001 kWh", "less than 0.001 kWh"},
      {1234.5, 2345.6, "tussen 1.234 en 2.346 kWh", "between 1,234 and 2,346 kWh"},
      {0.5, 0.5, "tussen 0,500 en 0,500 kWh", "between 0.500 and 0.500 kWh"},
  };
  for (const Case& c : cases) {
    const Interval interval{kwh(c.low), kwh(c.high)};
    EXPECT_EQ(kilowatt_hours(interval, Language::dutch), c.dutch);
    EXPECT_EQ(kilowatt_hours(interval, Language::english), c.english);
  }
}

TEST(Phrases, TheLanguageOfALocale) {
  for (const char* dutch : {"nl", "nl_NL.UTF-8", "nl_BE", "nl-NL", "NL.utf8"}) {
    EXPECT_EQ(language_of(dutch), Language::dutch) << dutch;
  }
  for (const char* other : {"", "C", "C.UTF-8", "en_US.UTF-8", "nds_NL", "de_NL", "nnl"}) {
    EXPECT_EQ(language_of(other), Language::english) << other;
  }
}

TEST(Phrases, OneIsNotTwo) {
  EXPECT_EQ(counted(0, "dag", "dagen"), "0 dagen");
  EXPECT_EQ(counted(1, "dag", "dagen"), "1 dag");
  EXPECT_EQ(counted(2, "dag", "dagen"), "2 dagen");
}

TEST(Phrases, LengthsOfTime) {
  struct Case {
    Duration time;
    const char* dutch;
    const char* ago_english;
  };
  const Case cases[] = {
      {std::chrono::seconds(29), "0 minuten", "just now"},
      {std::chrono::seconds(61), "1 minuut", "1 minute ago"},
      {std::chrono::minutes(119), "119 minuten", "119 minutes ago"},
      {std::chrono::minutes(120), "2 uur", "2 hours ago"},
      {std::chrono::hours(47), "47 uur", "47 hours ago"},
      {std::chrono::hours(48), "48 uur", "2 days ago"},
      {std::chrono::hours(24 * 400), "9600 uur", "400 days ago"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(length_of_time(c.time, Language::dutch), c.dutch);
    EXPECT_EQ(ago(c.time, Language::english), c.ago_english);
  }
}

TEST(Phrases, DaysAndMonths) {
  const UtcDay day{std::chrono::year{2026} / 3 / 2};
  const UtcDay later{std::chrono::year{2027} / 1 / 1};
  EXPECT_EQ(day_words(day, day, Language::dutch), "maandag 2 maart");
  EXPECT_EQ(day_words(day, later, Language::dutch), "maandag 2 maart 2026");
  EXPECT_EQ(day_words(day, day, Language::english), "Monday 2 March");
  EXPECT_EQ(short_day(day, Language::dutch), "ma  2 mrt");
  EXPECT_EQ(short_day(day, Language::english), "Mon  2 Mar");
  EXPECT_EQ(short_month("2026-03", Language::dutch), "mrt 2026");
  EXPECT_EQ(short_month("nonsense", Language::dutch), "nonsense");
}

TEST(Phrases, ALittleIsNotNothingAndNearlyAllIsNotAll) {
  const Duration whole = std::chrono::hours(1000);
  EXPECT_EQ(percent(Duration{0}, whole), "0 %");
  EXPECT_EQ(percent(std::chrono::minutes(1), whole), "< 1 %");
  EXPECT_EQ(percent(std::chrono::hours(624), whole), "62 %");
  EXPECT_EQ(percent(whole - std::chrono::minutes(1), whole), "> 99 %");
  EXPECT_EQ(percent(whole, whole), "100 %");
  EXPECT_EQ(percent(whole, Duration{0}), "0 %");
  EXPECT_EQ(percent(whole * 2, whole), "100 %");
}

TEST(Phrases, EveryTierHasItsWords) {
  EXPECT_EQ(words_for(Tier::measured, Language::dutch), "gemeten");
  EXPECT_EQ(words_for(Tier::calibrated_device, Language::dutch), "berekend (dit apparaat)");
  EXPECT_EQ(words_for(Tier::calibrated_model, Language::dutch), "berekend (dit model)");
  EXPECT_EQ(words_for(Tier::estimated, Language::dutch), "geschat");
  EXPECT_EQ(words_for(Tier::unknown, Language::dutch), "onbekend");
}

TEST(Phrases, ReasonsHaveWordsAndLaterOnesShowTheirCode) {
  EXPECT_EQ(judgement_words(Verdict::watch, {"media_errors", "beyond_rating"}, Language::english),
            "watch: it had read errors; more was written than its maker promises");
  EXPECT_EQ(judgement_words(Verdict::good, {}, Language::dutch), "goed");
  EXPECT_EQ(reason_words("of_a_later_version", Language::dutch), "of_a_later_version");
}

TEST(Phrases, PaddingCountsCharacters) {
  EXPECT_EQ(padded("é", 3), "é  ");
  EXPECT_EQ(padded("longer", 3), "longer");
  EXPECT_EQ(padded_left("7", 2), " 7");
}

}  // namespace
}  // namespace wattlife
