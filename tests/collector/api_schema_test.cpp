// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_schema.h"

#include <gtest/gtest.h>

#include "tests/collector/api_answers.h"

namespace wattlife {
namespace {

struct Sample {
  std::string name;
  std::optional<std::int64_t> size;
  std::vector<std::string> tags;
  bool shy = false;
};

constexpr std::string_view sizes[] = {"klein", "groot"};
constexpr ApiField<Sample> fields[] = {
    {"naam", "De naam", api_text, [](const Sample& one) -> Cell { return one.name; }},
    {"grootte", "De grootte", api_whole.or_null(),
     [](const Sample& one) -> Cell { return one.size ? Cell(*one.size) : Cell(); }},
    {"woord", "De grootte in een woord", api_word(sizes).or_absent(),
     [](const Sample& one) -> std::string {
       return one.shy ? "" : json_string(one.size.value_or(0) > 5 ? "groot" : "klein");
     }},
    {"kenmerken", "Kenmerken", api_texts,
     [](const Sample& one) -> std::string { return api_array_of_texts(one.tags); }},
};

TEST(ApiSchema, one_table_writes_and_describes) {
  const ApiSchema schema = api_schema("Voorbeeld", "Een voorbeeld.", fields);
  const Sample samples[] = {{"a\"b", 7, {"x", "y"}, false}, {"", std::nullopt, {}, true}};
  EXPECT_EQ(api_json(fields, samples[0]),
            "{\"naam\": \"a\\\"b\", \"grootte\": 7, \"woord\": \"groot\", "
            "\"kenmerken\": [\"x\", \"y\"]}");
  EXPECT_EQ(api_json(fields, samples[1]), "{\"naam\": \"\", \"grootte\": null, \"kenmerken\": []}");
  for (const Sample& sample : samples) {
    testing::expect_described(api_json(fields, sample), schema);
  }
}

TEST(ApiSchema, a_table_has_the_cells_only) {
  const std::vector<Sample> samples = {{"a", 1, {"x"}, false}, {"b", std::nullopt, {}, false}};
  const Table table = api_table(fields, samples);
  EXPECT_EQ(table.columns, (std::vector<std::string>{"naam", "grootte"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0][1], Cell(std::int64_t{1}));
  EXPECT_EQ(table.rows[1][1], Cell());
}

}  // namespace
}  // namespace wattlife
