// SPDX-License-Identifier: EUPL-1.2
#include "collector/machine_words.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

TEST(MachineWords, Windows11NamesWhatFailsAndWhatIsHidden) {
  struct Case {
    Windows11 answer;
    const char* dutch;
    const char* english;
  };
  const Case cases[] = {
      {{Known::yes, {}, {}, "1"}, "ja", "yes"},
      {{Known::no, {"processor", "tpm"}, {"secure_boot"}, "1"},
       "nee: processor, TPM",
       "no: processor, TPM"},
      {{Known::unknown, {}, {"tpm"}, "1"},
       "onbekend: TPM niet te zien",
       "unknown: TPM not to be seen"},
      {{Known::unknown, {}, {"processor", "64_bit", "cores", "tpm"}, "1"}, "onbekend", "unknown"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(windows11_in_words(c.answer, Language::dutch), c.dutch);
    EXPECT_EQ(windows11_in_words(c.answer, Language::english), c.english);
  }
}

TEST(MachineWords, HowADriveCanBeErased) {
  struct Case {
    DriveErase erase;
    const char* dutch;
  };
  const Case cases[] = {
      {{"nvme0", false, false, false, false, false, false, false}, "geen eigen wisopdracht"},
      {{"nvme0", true, true, false, true, true, false, false},
       "sanitize (sleutel, blokken), wisopdracht met sleutel"},
      {{"sda", false, false, true, true, false, true, false},
       "sanitize (overschrijven), wisopdracht, pas na uitschakelen"},
      {{"sda", false, false, false, true, false, false, true},
       "wisopdracht, vergrendeld met een wachtwoord"},
  };
  for (const Case& c : cases) EXPECT_EQ(erase_in_words(c.erase, Language::dutch), c.dutch);
  EXPECT_EQ(erase_in_words(cases[1].erase, Language::english),
            "sanitize (key, blocks), erase command by key");
}

}  // namespace
}  // namespace wattlife
