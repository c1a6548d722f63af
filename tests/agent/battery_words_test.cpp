// SPDX-License-Identifier: EUPL-1.2
#include "agent/battery_words.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

ViewOutlook outlook(Verdict battery_class, Crossing to_800) {
  ViewOutlook outlook;
  outlook.name = "BAT0";
  outlook.health = {820, 750, 890};
  outlook.battery_class = battery_class;
  outlook.to_800 = to_800;
  return outlook;
}

std::string said(const ViewOutlook& outlook, Language language) {
  std::string text;
  for (const std::string& sentence : battery_sentences(outlook, language)) text += sentence + "\n";
  return text;
}

TEST(BatteryWords, AKnownBatteryInTwoLanguages) {
  const ViewOutlook known = outlook(Verdict::watch, Crossing::within_12_months);
  EXPECT_EQ(said(known, Language::dutch),
            "De accu houdt nog ongeveer 82 % vast (tussen 75 en 89 %) van wat er nieuw in paste.\n"
            "Binnen een jaar is dat waarschijnlijk minder dan 80 %.\n");
  EXPECT_EQ(said(known, Language::english),
            "The battery holds about 82 % (between 75 and 89 %) of what it held when it was new.\n"
            "Within a year that is probably below 80 %.\n");
  EXPECT_EQ(battery_line(known, Language::dutch),
            "BAT0 let op, 82 % van nieuw (tussen 75 en 89 %); binnen 12 maanden waarschijnlijk "
            "onder 80 %");
}

TEST(BatteryWords, NotSureIsSaidAsNotSure) {
  const ViewOutlook known = outlook(Verdict::good, Crossing::beyond_12_months);
  EXPECT_NE(said(known, Language::dutch).find("is niet zeker.\n"), std::string::npos);
  EXPECT_NE(battery_line(known, Language::english).find("not certain"), std::string::npos);
}

TEST(BatteryWords, UnknownHasNoNumberAndItsReason) {
  ViewOutlook unknown = outlook(Verdict::unknown, Crossing::refused);
  EXPECT_EQ(said(unknown, Language::dutch), "Hoe goed de accu is, is nog niet bekend.\n");
  unknown.reasons = {"gauge_frozen", "unlearned"};
  for (const Language language : {Language::dutch, Language::english}) {
    for (const std::string& text : {said(unknown, language), battery_line(unknown, language)}) {
      EXPECT_EQ(text.find('%'), std::string::npos) << text;
      EXPECT_EQ(text.find('_'), std::string::npos) << "a code: " << text;
    }
  }
  EXPECT_EQ(battery_line(unknown, Language::dutch),
            "BAT0 onbekend: de meter van de accu staat al weken stil; de laptop heeft nog niet "
            "geleerd hoe groot de accu is");
}

TEST(BatteryWords, NeverADateAndNeverACode) {
  for (const Crossing crossing : {Crossing::already_below, Crossing::within_12_months,
                                  Crossing::beyond_12_months, Crossing::refused}) {
    ViewOutlook known = outlook(Verdict::replace, crossing);
    known.reasons = {"test_battery", "gauge_suspect", "single_event", "no_history",
                     "charge_limited"};
    for (const Language language : {Language::dutch, Language::english}) {
      const std::string text = said(known, language) + battery_line(known, language);
      EXPECT_EQ(text.find("20"), std::string::npos) << text;
      EXPECT_EQ(text.find('_'), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace wattlife
