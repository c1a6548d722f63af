// SPDX-License-Identifier: EUPL-1.2
#include "collector/outlook_words.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

Outlook outlook(Crossing crossing, const char* reason = "") {
  Outlook made;
  made.to_800 = crossing;
  made.reason = reason;
  return made;
}

TEST(OutlookWords, TheOutlookIsInWordsAndNeverADate) {
  struct Case {
    Outlook outlook;
    const char* dutch;
    const char* english;
  };
  const Case cases[] = {
      {outlook(Crossing::already_below), "al onder 80 %", "below 80 % already"},
      {outlook(Crossing::within_12_months), "waarschijnlijk binnen 12 maanden onder 80 %",
       "probably below 80 % within 12 months"},
      {outlook(Crossing::beyond_12_months), "niet zeker onder 80 % binnen 12 maanden",
       "not certain to fall below 80 % within 12 months"},
      {outlook(Crossing::refused, "gauge_frozen"), "geen vooruitzicht: meter beweegt niet",
       "no outlook: gauge does not move"},
      {outlook(Crossing::refused), "geen vooruitzicht", "no outlook"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(outlook_in_words(c.outlook, Language::dutch), c.dutch);
    EXPECT_EQ(outlook_in_words(c.outlook, Language::english), c.english);
  }
}

TEST(OutlookWords, EveryReasonOfTheOutlookHasWords) {
  for (const char* reason : {"capacity_unknown", "no_history", "gauge_suspect", "unlearned",
                             "gauge_frozen", "single_event", "charge_limited", "test_battery"}) {
    EXPECT_NE(reason_in_words(reason, Language::dutch), "") << reason;
    EXPECT_NE(reason_in_words(reason, Language::english), "") << reason;
  }
  EXPECT_EQ(reason_in_words("no such reason", Language::dutch), "");
}

}  // namespace
}  // namespace wattlife
