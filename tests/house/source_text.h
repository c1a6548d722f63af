// SPDX-License-Identifier: EUPL-1.2
// The text of the project's own files, and the little understanding of C++ that the rules of
// house_rules.h need: what is code, what is comment. Not a parser; enough to find a word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wattlife::house {

struct SourceFile {
  std::string path;  // from the root of the project, with '/'
  std::string text;
};

// All files of the project below `root`, sorted by path: what is committed and not what is built
// (out/, .git and .cache/ are left out).
std::vector<SourceFile> project_files(const std::string& root);

// The C++ text with comments and the insides of string and character literals turned into
// spaces; lines stay where they are.
std::string code_of(std::string_view text);

// The lines of a text, without their ends.
std::vector<std::string_view> lines_of(std::string_view text);

// What stands between the marks of an `#include`, marks included: "\"core/time.h\"", "<string>".
// `line` counts from 1.
struct Include {
  int line = 0;
  std::string name;
};
std::vector<Include> includes_of(std::string_view text);

// "energy" for "core/energy_test.cpp" without `suffix` "_test", "core" for the folder of it.
std::string_view folder_of(std::string_view path);
std::string_view file_name_of(std::string_view path);
std::string_view stem_of(std::string_view path);

}  // namespace wattlife::house
