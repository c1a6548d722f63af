// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/drive_table.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

TEST(DriveTable, the_built_in_table_can_be_read) {
  const DriveTable& table = built_in_drive_table();
  ASSERT_GE(table.size(), 20u);
  const DriveRow* crucial = row_for(table, "Crucial_CT275MX300SSD1");
  ASSERT_NE(crucial, nullptr);
  EXPECT_EQ(crucial->medium, DriveMedium::solid_state);
  EXPECT_EQ(row_for(table, "Some Drive 1"), nullptr);
}

TEST(DriveTable, special_rows_stand_before_general_ones) {
  const DriveTable& table = built_in_drive_table();
  for (std::size_t later = 0; later < table.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      EXPECT_FALSE(fits(table[earlier].model, table[later].model))
          << table[later].model << " is never reached, " << table[earlier].model << " is before it";
    }
  }
}

TEST(DriveTable, reads_a_row) {
  const auto table = drive_table_from(
      "[[drive]]\nmodel = \"A*\"\nmedium = \"hdd\"\nattributes = \"5 count, 9 half_minutes\"\n"
      "source = \"x\"\n",
      "t");
  ASSERT_TRUE(table) << table.error().text;
  ASSERT_EQ(table->size(), 1u);
  EXPECT_EQ((*table)[0].medium, DriveMedium::rotating);
  EXPECT_EQ((*table)[0].attributes, (std::vector<std::pair<int, Meaning>>{
                                        {5, Meaning::count}, {9, Meaning::half_minutes}}));
}

TEST(DriveTable, says_which_row_is_wrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"attributes = \"5 count\"\nsource = \"x\"", "\"model\" is missing"},
      {"model = \"A\"\nattributes = \"5 count\"", "\"source\" is missing"},
      {"model = \"A\"\nsource = \"x\"\nattributes = \"256 count\"", "256 count"},
      {"model = \"A\"\nsource = \"x\"\nattributes = \"5 wear\"", "5 wear"},
      {"model = \"A\"\nsource = \"x\"\nattributes = \"5\"", "\"5\""},
      {"model = \"A\"\nsource = \"x\"\nmedium = \"tape\"", "\"medium\""},
      {"model = \"A\"\nsource = \"x\"\nextra = \"1\"", "\"extra\""},
  };
  for (const auto& [row, said] : cases) {
    const auto table = drive_table_from("[[drive]]\n" + std::string(row) + "\n", "t");
    ASSERT_FALSE(table) << row;
    EXPECT_NE(table.error().text.find(said), std::string::npos) << table.error().text;
  }
}

}  // namespace
}  // namespace wattlife
