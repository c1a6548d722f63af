// SPDX-License-Identifier: EUPL-1.2
// Replays a corpus without a fuzzer, as a test: each file as it is, every beginning of it, and 200
// changes from a fixed seed. Fails when there is no file: a test that tries nothing says nothing.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

namespace fs = std::filesystem;

// In memory of exactly this size, so that a read beyond the end is seen by the sanitizer.
void run(const std::string& input) {
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::string changed(const std::string& input, std::mt19937& dice) {
  std::string bytes = input;
  for (auto n = 1 + dice() % 4; n > 0; --n) {
    const std::size_t at = bytes.empty() ? 0 : dice() % bytes.size();
    switch (dice() % 5) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(dice() % 256);
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice() % 8));
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(dice() % 256));
        break;
      case 3:
        bytes.erase(at, 1 + dice() % 8);
        break;
      default:
        bytes.insert(at, bytes.substr(at, 1 + dice() % 40));
        break;
    }
  }
  return bytes;
}

std::size_t replay(const fs::path& path, std::uint32_t seed) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const std::string input = text.str();
  std::size_t runs = 0;
  // Every beginning; of a long file about two thousand of them.
  const std::size_t step = 1 + input.size() / 2048;
  for (std::size_t size = 0; size < input.size(); size += step, ++runs) run(input.substr(0, size));
  run(input);
  std::mt19937 dice(seed);
  constexpr int changes = 200;
  for (int i = 0; i < changes; ++i) run(changed(input, dice));
  return runs + 1 + changes;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    if (!fs::is_directory(argv[i])) {
      files.emplace_back(argv[i]);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(argv[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::cerr << "no corpus: name files or folders with files\n";
    return 1;
  }
  std::size_t runs = 0;
  std::uint32_t seed = 20261124;
  for (const fs::path& path : files) {
    if (!fs::is_regular_file(path)) {
      std::cerr << path << ": not a file\n";
      return 1;
    }
    runs += replay(path, seed++);
  }
  std::cout << files.size() << " files, " << runs << " runs, no crash\n";
  return 0;
}
