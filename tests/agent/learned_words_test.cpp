// SPDX-License-Identifier: EUPL-1.2
#include "agent/learned_words.h"

#include <gtest/gtest.h>

#include "agent/learned_view.h"
#include "tests/agent/example_view.h"

namespace wattlife {
namespace {

ViewLearned example() {
  const View view = shown(example_facts());
  EXPECT_TRUE(view.learned);
  return view.learned.value_or(ViewLearned{});
}

TEST(LearnedWords, OneLineSaysHowFarItIs) {
  struct Case {
    const char* model;
    const char* doubt;
    std::int64_t windows;
    std::optional<std::int64_t> error;
    const char* dutch;
    const char* english;
  };
  const Case cases[] = {
      {"calibrated", "none", 272, 80, "geleerd van 34 accu-uren, +/- 8 %",
       "learned from 34 hours on battery, +/- 8 %"},
      // Rounded up: it never promises more than is known.
      {"calibrated", "none", 272, 81, "geleerd van 34 accu-uren, +/- 9 %",
       "learned from 34 hours on battery, +/- 9 %"},
      {"calibrated", "none", 272, std::nullopt, "geleerd van 34 accu-uren",
       "learned from 34 hours on battery"},
      {"form_factor", "too_few_windows", 0, std::nullopt,
       "nog niet geleerd: schatting van de klasse (er is nog te weinig rustig gemeten op de accu)",
       "not learned yet: estimate of its class (too few steady moments on battery yet)"},
      {"part_calibrated", "one_session", 40, 200,
       "deels geleerd van 34 accu-uren, +/- 20 % (de laptop werkte nog maar een keer op de accu; "
       "er is niets om het mee te vergelijken)",
       "learned in part from 34 hours on battery, +/- 20 % (it was on battery only once; there is "
       "nothing to test against)"},
      {"part_calibrated", "too_few_windows", 0, 200,
       "deels geleerd, voordat er onderdelen veranderden, +/- 20 % (er is nog te weinig rustig "
       "gemeten op de accu)",
       "learned in part, before parts of it changed, +/- 20 % (too few steady moments on battery "
       "yet)"},
      {"form_factor", "poor_prediction", 272, 350,
       "niet geleerd: schatting van de klasse, +/- 35 % (wat geleerd is, voorspelt andere keren op "
       "de accu slecht)",
       "not learned: estimate of its class, +/- 35 % (what was learned predicts other times on "
       "battery badly)"},
  };
  for (const Case& c : cases) {
    ViewLearned learned = example();
    learned.model = c.model;
    learned.doubt = c.doubt;
    learned.windows = c.windows;
    learned.mains_error_permille = c.error;
    EXPECT_EQ(learned_line(learned, Language::dutch), c.dutch);
    EXPECT_EQ(learned_line(learned, Language::english), c.english);
  }
}

TEST(LearnedWords, AVirtualMachineLearnsNothing) {
  ViewLearned learned = example();
  learned.virtual_machine = true;
  EXPECT_EQ(learned_line(learned, Language::dutch), "niets te leren: dit is een virtuele machine");
  EXPECT_EQ(learned_section(learned, Language::english).find("processor"), std::string::npos);
}

TEST(LearnedWords, EveryDoubtHasWordsAndAnUnknownOneItsCode) {
  for (int i = 0; i <= static_cast<int>(Doubt::prior_carries); ++i) {
    const std::string code = name_of(static_cast<Doubt>(i));
    for (const Language language : {Language::dutch, Language::english}) {
      EXPECT_NE(doubt_words(code, language), code);
      EXPECT_EQ(doubt_words(code, language).empty(), code == "none");
    }
  }
  EXPECT_EQ(doubt_words("of_a_later_version", Language::dutch), "of_a_later_version");
}

TEST(LearnedWords, EachPartStandsBesideWhatWasBelieved) {
  const std::string text = learned_section(example(), Language::dutch);
  EXPECT_NE(text.find("  basis         3,50 +/- 0,44 W       "), std::string::npos) << text;
  EXPECT_NE(text.find("272 rustige momenten, in 4 keer op de accu (34 uur), sinds "
                      "2026-09-03"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("gemiddeld 6 % ernaast"), std::string::npos) << text;
  EXPECT_NE(text.find("vooraf gedacht (laptop-14)"), std::string::npos) << text;
  EXPECT_EQ(text.find("none"), std::string::npos) << text;
}

TEST(LearnedWords, LittleTimeIsNoHours) {
  ViewLearned learned = example();
  learned.time = std::chrono::minutes(45);
  EXPECT_EQ(learned_line(learned, Language::dutch),
            "geleerd van minder dan een accu-uur, +/- 15 %");
  learned.time = std::chrono::minutes(75);
  EXPECT_EQ(learned_line(learned, Language::dutch), "geleerd van 1 accu-uur, +/- 15 %");
}

TEST(LearnedWords, JsonReadsBack) {
  const std::string json = learned_json(example());
  EXPECT_EQ(json, learned_json(example_facts().learned)) << "both write the same members";
}

}  // namespace
}  // namespace wattlife
