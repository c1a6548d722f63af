// SPDX-License-Identifier: EUPL-1.2
#include "core/os_support.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

UtcDay day(const char* text) { return *day_from_iso8601(text); }

const std::vector<OsSupportRow> table = {
    {"Windows 11", "23H2", "core professional", day("2025-11-11"), day("2026-11-24"), "x"},
    {"Windows 11", "23H2", "enterprise", day("2026-11-10"), day("2026-11-24"), "x"},
    {"Debian GNU/Linux", "12", "", day("2028-06-30"), day("2026-11-24"), "x"},
    {"Ubuntu", "24.04", "", day("2029-05-31"), day("2026-11-24"), "x"},
    {"macOS", "15", "", {}, day("2026-11-24"), "x", "its maker gives no day"},
};

TEST(OsSupport, IsKnownOnlyForWhatStandsInTheTable) {
  const struct {
    const char* what;
    OperatingSystem system;
    const char* until;  // nullptr: not known
  } cases[] = {
      {"by edition", {"Windows 11", "23H2", "Professional"}, "2025-11-11"},
      {"by another edition", {"Windows 11", "23H2", "Enterprise"}, "2026-11-10"},
      {"an edition that is not listed", {"Windows 11", "23H2", "EnterpriseS"}, nullptr},
      {"an edition that is not told", {"Windows 11", "23H2", {}}, nullptr},
      {"a later version", {"Windows 11", "27H2", "Enterprise"}, nullptr},
      {"without editions", {"Debian GNU/Linux", "12", {}}, "2028-06-30"},
      {"a point release", {"Debian GNU/Linux", "12.8", {}}, "2028-06-30"},
      {"120 is not 12", {"Debian GNU/Linux", "120", {}}, nullptr},
      {"24.10 is not 24.04", {"Ubuntu", "24.10", {}}, nullptr},
      {"24.04.1", {"Ubuntu", "24.04.1", {}}, "2029-05-31"},
      {"a name that is not listed", {"Arch Linux", "12", {}}, nullptr},
      {"its maker gives no day", {"macOS", "15.1", {}}, nullptr},
      {"no version", {"Ubuntu", {}, {}}, nullptr},
      {"no name", {{}, "12", {}}, nullptr},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(supported_until(c.system, table),
              c.until ? std::optional(day(c.until)) : std::nullopt)
        << c.what;
  }
  EXPECT_EQ(supported_until({"Ubuntu", "24.04", {}}, {}), std::nullopt);
}

TEST(OsSupport, SaysWhyWhereTheTableDoes) {
  EXPECT_EQ(why_not_known({"macOS", "15.1", {}}, table), "its maker gives no day");
  EXPECT_EQ(why_not_known({"macOS", "150", {}}, table), std::nullopt) << "not in the table";
  EXPECT_EQ(why_not_known({"Ubuntu", "24.04", {}}, table), std::nullopt) << "it is known";
}

}  // namespace
}  // namespace wattlife
