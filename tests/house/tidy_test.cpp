// SPDX-License-Identifier: EUPL-1.2
// The rules of house_rules.h over the whole project.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/house/house_rules.h"
#include "tests/house/source_text.h"
#include "tests/places.h"

namespace wattlife::house {
namespace {

const std::vector<SourceFile>& project() {
  static const std::vector<SourceFile> files = project_files(places::sources());
  return files;
}

// No file may break the rule; all that do are shown together.
void expect_in_each_file(Findings (*rule)(const SourceFile&)) {
  std::string all;
  for (const SourceFile& file : project()) {
    for (const std::string& finding : rule(file)) all += "\n" + finding;
  }
  EXPECT_TRUE(all.empty()) << all;
}

void expect_in_project(Findings (*rule)(const std::vector<SourceFile>&)) {
  std::string all;
  for (const std::string& finding : rule(project())) all += "\n" + finding;
  EXPECT_TRUE(all.empty()) << all;
}

// A walk that finds nothing would let everything pass.
TEST(Tidy, the_walk_finds_the_project) {
  std::size_t sources = 0;
  bool finds_itself = false;
  for (const SourceFile& file : project()) {
    sources += file.path.ends_with(".cpp") || file.path.ends_with(".h") ? 1 : 0;
    finds_itself = finds_itself || file.path == "tests/house/tidy_test.cpp";
    EXPECT_FALSE(file.path.starts_with("out/")) << file.path;
  }
  EXPECT_TRUE(finds_itself);
  EXPECT_GE(sources, 50U);
}

TEST(Tidy, every_file_says_its_licence) { expect_in_each_file(check_licence_line); }
TEST(Tidy, texts_are_clean) { expect_in_each_file(check_text); }
TEST(Tidy, headers_open_with_their_purpose) { expect_in_each_file(check_header); }
TEST(Tidy, layers_and_libraries_are_kept) { expect_in_each_file(check_includes); }
TEST(Tidy, included_files_exist) { expect_in_project(check_included_files_exist); }
TEST(Tidy, no_banned_word) { expect_in_each_file(check_banned_words); }
TEST(Tidy, every_source_is_compiled) { expect_in_project(check_build_lists); }
TEST(Tidy, tests_mirror_the_tree) { expect_in_project(check_mirror); }
TEST(Tidy, every_library_is_listed) { expect_in_project(check_third_party_list); }

}  // namespace
}  // namespace wattlife::house
