// SPDX-License-Identifier: EUPL-1.2
#include "core/table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace wattlife {
namespace {

const std::string bom = "\xEF\xBB\xBF";

std::string csv_of(const Cell& cell, char separator = ',') {
  const std::string csv = to_csv({{"c"}, {{cell}}}, separator);
  const std::string head = bom + "c\r\n";
  EXPECT_TRUE(csv.starts_with(head) && csv.ends_with("\r\n")) << csv;
  return csv.substr(head.size(), csv.size() - head.size() - 2);
}

std::string text_cell(const std::string& text, char separator = ',') {
  return csv_of(Cell(text), separator);
}

TEST(Table, csv_of_a_whole_table) {
  const Table table{
      {"naam", "wh", "accu"},
      {{Cell("T480"), Cell(std::int64_t{24}), Cell()}, {Cell("X1"), Cell(), Cell(true)}}};
  EXPECT_EQ(to_csv(table), bom + "naam,wh,accu\r\nT480,24,\r\nX1,,true\r\n");
  EXPECT_EQ(to_csv(table, ';'), bom + "naam;wh;accu\r\nT480;24;\r\nX1;;true\r\n");
}

TEST(Table, csv_of_no_rows_is_its_head) { EXPECT_EQ(to_csv({{"a", "b"}, {}}), bom + "a,b\r\n"); }

TEST(Table, csv_quotes_what_must_be_quoted) {
  EXPECT_EQ(text_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(text_cell("a;b"), "a;b");
  EXPECT_EQ(text_cell("a;b", ';'), "\"a;b\"");
  EXPECT_EQ(text_cell("14\" scherm"), "\"14\"\" scherm\"");
  EXPECT_EQ(text_cell("a\nb"), "\"a\nb\"");
  EXPECT_EQ(text_cell("a\rb"), "\"a\rb\"");
  EXPECT_EQ(text_cell(" a"), "\" a\"");
  EXPECT_EQ(text_cell("a "), "\"a \"");
}

// CSV injection: a serial number or model typed by anyone must not become a formula.
TEST(Table, csv_disarms_formulas_in_text) {
  EXPECT_EQ(text_cell("=1+1"), "'=1+1");
  EXPECT_EQ(text_cell("+31"), "'+31");
  EXPECT_EQ(text_cell("-2"), "'-2");
  EXPECT_EQ(text_cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(text_cell("\t=1"), "'\t=1");
  EXPECT_EQ(text_cell("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(text_cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  EXPECT_EQ(text_cell("a=1"), "a=1");
}

TEST(Table, csv_disarms_column_names_too) {
  EXPECT_EQ(to_csv({{"=x", "a,b"}, {}}), bom + "'=x,\"a,b\"\r\n");
}

TEST(Table, csv_never_marks_numbers) {
  EXPECT_EQ(csv_of(Cell(std::int64_t{-8724})), "-8724");
  EXPECT_EQ(csv_of(Cell(-8.5)), "-8.5");
  EXPECT_EQ(csv_of(Cell(-8.5), ';'), "-8,5");
  EXPECT_EQ(csv_of(Cell(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
}

TEST(Table, unknown_is_empty_and_zero_is_zero) {
  EXPECT_EQ(csv_of(Cell()), "");
  EXPECT_EQ(csv_of(Cell(std::int64_t{0})), "0");
  EXPECT_EQ(csv_of(Cell(0.0)), "0");
  EXPECT_EQ(csv_of(Cell(std::numeric_limits<double>::quiet_NaN())), "");
  EXPECT_EQ(json_cell(Cell()), "null");
  EXPECT_EQ(json_cell(Cell(std::int64_t{0})), "0");
  EXPECT_EQ(json_cell(Cell(std::numeric_limits<double>::infinity())), "null");
}

TEST(Table, json_string) {
  EXPECT_EQ(json_string("T480"), "\"T480\"");
  EXPECT_EQ(json_string("a\"b\\c\n"), "\"a\\\"b\\\\c\\n\"");
  EXPECT_EQ(json_string(std::string("\0\x1F\x7F", 3)), "\"\\u0000\\u001f\\u007f\"");
  EXPECT_EQ(json_string("caf\xC3\xA9"), "\"caf\xC3\xA9\"");
  EXPECT_EQ(json_string("caf\xE9"), "\"caf\xEF\xBF\xBD\"");
}

TEST(Table, json_of_a_whole_table) {
  EXPECT_EQ(to_json({{"a"}, {}}), "[]");
  EXPECT_EQ(to_json({{"naam", "w"}, {{Cell("x"), Cell(1.5)}, {Cell(), Cell(false)}}}),
            "[\n  {\"naam\": \"x\", \"w\": 1.5},\n  {\"naam\": null, \"w\": false}\n]");
}

}  // namespace
}  // namespace wattlife
