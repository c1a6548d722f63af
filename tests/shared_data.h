// SPDX-License-Identifier: EUPL-1.2
// Real hardware data with the answers of other programs beside it. It is not in the repository: it
// is looked for in the folder that WATTLIFE_SHARED_DATA names, or beside the source.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/places.h"

namespace wattlife::shared {

inline std::filesystem::path folder() {
  if (const char* named = std::getenv("WATTLIFE_SHARED_DATA")) return named;
  return std::filesystem::path(places::sources()) / "../shared/data";
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// In order of name.
inline std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(folder, absent)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace wattlife::shared

#define WATTLIFE_SKIP_WITHOUT(place)                                                            \
  if (!std::filesystem::exists(place)) {                                                        \
    GTEST_SKIP() << "no " << (place) << ": set WATTLIFE_SHARED_DATA to compare with real data"; \
  }
