// SPDX-License-Identifier: EUPL-1.2
// The rules of the house as pure functions over files: each takes what it judges and returns one
// line per broken rule, "path:line: what is wrong; what to do instead". tidy_test.cpp runs them
// over the project, house_rules_test.cpp over bad examples.
#pragma once

#include <string>
#include <vector>

#include "tests/house/source_text.h"

namespace wattlife::house {

using Findings = std::vector<std::string>;

// Every text file says its licence in its first two lines.
Findings check_licence_line(const SourceFile& file);

// No tabs, no space at the end of a line, lines end in LF, the file ends with a line end, no path
// of one person's or one machine's folder, nothing left to finish, no file that is too large.
Findings check_text(const SourceFile& file);

// A header has `#pragma once` and opens with its purpose.
Findings check_header(const SourceFile& file);

// Layers and third-party headers; docs/adr and ARCHITECTURE.md give the reasons.
Findings check_includes(const SourceFile& file);

// Calls and words that this project does without, each with its replacement.
Findings check_banned_words(const SourceFile& file);

// Whether each .cpp file is named in a CMakeLists.txt or .cmake file, so that no test or source
// is lost; comments there do not count.
Findings check_build_lists(const std::vector<SourceFile>& files);

// Whether each included file of ours exists.
Findings check_included_files_exist(const std::vector<SourceFile>& files);

// tests/ mirrors the tree: tests/core/energy_sleep_test.cpp has a core/energy.h or .cpp. And each
// header of core/ has a test.
Findings check_mirror(const std::vector<SourceFile>& files);

// Whether third_party.yaml has a row for each library whose headers are included.
Findings check_third_party_list(const std::vector<SourceFile>& files);

}  // namespace wattlife::house
