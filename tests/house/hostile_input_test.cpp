// SPDX-License-Identifier: EUPL-1.2
// docs/hostile-input.md says of everything that was tried which test shows it. A row whose test is
// gone, and a test of attacks without a row, are found here.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/house/source_text.h"
#include "tests/places.h"

namespace wattlife::house {
namespace {

constexpr std::string_view page = "docs/hostile-input.md";
constexpr std::size_t columns = 4;  // tried, happens, the sender is told, test
// Every test in these is about something hostile.
constexpr std::string_view wholly_hostile[] = {"tests/collector/http_attack_test.cpp",
                                               "tests/fault/ingest_fault_test.cpp"};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "Suite.name" of every TEST, TEST_F and TEST_P in the code.
std::vector<std::string> tests_in(std::string_view text) {
  std::vector<std::string> found;
  const std::string code = code_of(text);
  for (std::size_t at = 0; (at = code.find("TEST", at)) != std::string::npos; ++at) {
    const std::size_t open = code.find('(', at);
    const std::size_t comma = code.find(',', at);
    const std::size_t close = code.find(')', at);
    const bool begins_line = at == 0 || code[at - 1] == '\n';
    if (!begins_line || open - at > 6 || comma > close || close == std::string::npos) continue;
    std::string name = code.substr(open + 1, comma - open - 1) + ".";
    for (std::size_t i = comma + 1; i < close; ++i) {
      if (is_word(code[i])) name += code[i];
    }
    found.push_back(name);
  }
  return found;
}

// What stands between backticks.
std::vector<std::string> quoted_in(std::string_view cell) {
  std::vector<std::string> found;
  for (std::size_t at = 0; (at = cell.find('`', at)) != std::string_view::npos;) {
    const std::size_t end = cell.find('`', at + 1);
    if (end == std::string_view::npos) break;
    found.emplace_back(cell.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return found;
}

// The last cell of every row of every table of four columns.
std::vector<std::string_view> last_cells(std::string_view text) {
  std::vector<std::string_view> cells;
  for (const std::string_view line : lines_of(text)) {
    if (!line.starts_with("| ") || !line.ends_with(" |")) continue;
    if (std::count(line.begin(), line.end(), '|') != static_cast<std::ptrdiff_t>(columns) + 1) {
      ADD_FAILURE() << page << ": a row without " << columns << " columns: " << line;
      continue;
    }
    const std::string_view row = line.substr(0, line.size() - 2);
    const std::string_view cell = row.substr(row.rfind("| ") + 2);
    if (cell != "test") cells.push_back(cell);
  }
  return cells;
}

class HostileInput : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const SourceFile& file : project_files(places::sources())) {
      if (file.path == page) text_ = file.text;
      if (!file.path.starts_with("tests/") || !file.path.ends_with(".cpp")) continue;
      const bool hostile = std::find(std::begin(wholly_hostile), std::end(wholly_hostile),
                                     file.path) != std::end(wholly_hostile);
      for (const std::string& name : tests_in(file.text)) {
        there_.insert(name);
        if (hostile) hostile_.insert(name);
      }
      // A target of fuzzing is named after its file.
      if (file.path.starts_with("tests/fuzz/")) there_.insert(std::string(stem_of(file.path)));
    }
    for (const std::string_view cell : last_cells(text_)) {
      ++rows_;
      const std::vector<std::string> names = quoted_in(cell);
      EXPECT_FALSE(names.empty()) << page << ": a row without a test: " << cell;
      named_.insert(names.begin(), names.end());
    }
  }

  std::string text_;
  std::set<std::string> there_;
  std::set<std::string> hostile_;
  std::set<std::string> named_;
  int rows_ = 0;
};

TEST_F(HostileInput, every_test_that_the_table_names_is_there) {
  EXPECT_GE(rows_, 40) << page << " was not found, or is not read as it is written";
  EXPECT_GE(there_.size(), 500u);
  for (const std::string& name : named_) {
    EXPECT_EQ(there_.count(name), 1u) << page << " names " << name << ", and there is no such test";
  }
}

TEST_F(HostileInput, every_attack_has_its_row) {
  EXPECT_GE(hostile_.size(), 15u);
  for (const std::string& name : hostile_) {
    EXPECT_EQ(named_.count(name), 1u) << name << " has no row in " << page;
  }
}

TEST(HostileInputReader, finds_names_of_tests_and_of_the_table) {
  const std::string code =
      "TEST(One, is_there) {\n}\n// TEST(Two, is_a_comment)\nTEST_P(Three,\n       is_wrapped) {\n";
  EXPECT_EQ(tests_in(code), (std::vector<std::string>{"One.is_there", "Three.is_wrapped"}));
  const std::string table =
      "| a | b | c | test |\n|---|---|---|---|\n| x | y | z | `A.b`, `C.d` |\n";
  ASSERT_EQ(last_cells(table).size(), 1u);
  EXPECT_EQ(quoted_in(last_cells(table)[0]), (std::vector<std::string>{"A.b", "C.d"}));
}

}  // namespace
}  // namespace wattlife::house
