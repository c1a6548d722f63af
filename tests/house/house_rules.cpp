// SPDX-License-Identifier: EUPL-1.2
#include "tests/house/house_rules.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace wattlife::house {
namespace {

constexpr std::size_t most_lines = 1000;
constexpr std::size_t most_bytes = std::size_t{1} << 20;

std::string finding(const SourceFile& file, std::size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

bool is_cpp(std::string_view path) { return path.ends_with(".h") || path.ends_with(".cpp"); }

bool is_build_list(std::string_view path) {
  return file_name_of(path) == "CMakeLists.txt" || path.ends_with(".cmake");
}

// Data of tests: recorded or made by others, judged by nobody.
bool is_data(std::string_view path) {
  for (const std::string_view folder : {"tests/captures/", "tests/golden/", "tests/fuzz/corpus/"}) {
    if (path.starts_with(folder)) return true;
  }
  if (path == "tools/mingw/key") return true;  // one word, read by CMake
  for (const std::string_view end : {".png", ".bin", ".hex", ".json", ".csv", ".svg"}) {
    if (path.ends_with(end)) return true;
  }
  return false;
}

bool is_identifier_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Where `word` stands in `code` as a word of its own.
std::vector<std::size_t> places_of(std::string_view code, std::string_view word) {
  std::vector<std::size_t> places;
  for (std::size_t at = code.find(word); at != std::string_view::npos;
       at = code.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins =
        at == 0 || !is_identifier_character(code[at - 1]) || !is_identifier_character(word.front());
    const bool ends = end == code.size() || !is_identifier_character(code[end]) ||
                      !is_identifier_character(word.back());
    if (begins && ends) places.push_back(at);
  }
  return places;
}

std::size_t line_at(std::string_view text, std::size_t at) {
  return static_cast<std::size_t>(
             std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
         1;
}

// --- Banned words --------------------------------------------------------------------------------

struct Ban {
  std::string_view word;
  std::string_view allowed;  // beginnings of paths, separated by spaces; "*_main.cpp" is any main
  std::string_view instead;
};

constexpr std::string_view time_is_an_argument =
    "time is an argument here (core/time.h); only platform/process asks the clocks";
constexpr std::string_view errors_are_values = "return an Error (core/result.h)";
constexpr std::string_view text_to_number =
    "use integer_from() of core/text.h, which tells failure";
constexpr std::string_view only_mains_print = "return the text; a main prints it";
constexpr std::string_view one_thread =
    "one thread per process; the collector's server has its own";

constexpr Ban bans[] = {
    {"system_clock::now", "platform/ tests/", time_is_an_argument},
    {"steady_clock::now", "platform/ tests/", time_is_an_argument},
    {"high_resolution_clock", "", time_is_an_argument},
    {"std::time", "platform/", time_is_an_argument},
    {"localtime", "", "times are UTC inside (core/time.h)"},
    {"gmtime", "", "use to_iso8601() of core/time.h"},
    {"clock_gettime", "platform/", time_is_an_argument},
    {"gettimeofday", "", time_is_an_argument},
    {"std::thread", "platform/ collector/request_desk. collector/commands_serve.cpp tests/",
     one_thread},
    {"std::jthread", "", "clang 14 and mingw lack it; std::thread, where a thread may be"},
    {"std::async", "", one_thread},
    {"throw", "tests/", errors_are_values},
    {"new", "", "use a value, or std::make_unique"},
    {"delete", "", "use a value, or std::unique_ptr"},
    {"malloc", "platform/", "use a value, or std::vector"},
    {"shared_ptr", "", "one owner: a value or std::unique_ptr"},
    {"std::regex", "", "read the text with core/text.h; std::regex can overflow the stack"},
    {"sprintf", "", "use fixed() of core/text.h, or std::to_string"},
    {"vsprintf", "", "use fixed() of core/text.h, or std::to_string"},
    {"strcpy", "", "use std::string"},
    {"strcat", "", "use std::string"},
    {"atoi", "", text_to_number},
    {"atol", "", text_to_number},
    {"atof", "", text_to_number},
    {"std::stoi", "tests/", text_to_number},
    {"std::stol", "tests/", text_to_number},
    {"std::stoll", "tests/", text_to_number},
    {"std::stod", "tests/", text_to_number},
    {"system(", "tests/", "no shell: its quoting is a way in"},
    {"popen", "tests/", "no shell: its quoting is a way in"},
    {"rand", "", "use platform/process for real chance, std::mt19937 with a seed in tests"},
    {"srand", "", "use std::mt19937 with a seed"},
    {"std::cout", "*_main.cpp", only_mains_print},
    {"std::cerr", "*_main.cpp", "use log() of platform/process.h"},
    {"std::printf", "*_main.cpp", only_mains_print},
    {"printf(", "", only_mains_print},
    {"stdout", "*_main.cpp platform/process_", only_mains_print},
    {"stderr", "*_main.cpp platform/process_ tests/", "use log() of platform/process.h"},
    {"goto", "", "use a function with early return"},
    {"using namespace std;", "", "write std::"},
    {"GTEST_FLAG_GET(also_run_disabled_tests)", "", "a test runs, or is not there"},
};

bool is_allowed(std::string_view allowed, std::string_view path) {
  while (!allowed.empty()) {
    const std::string_view place = allowed.substr(0, allowed.find(' '));
    if (place.starts_with('*') ? path.ends_with(place.substr(1)) : path.starts_with(place))
      return true;
    allowed.remove_prefix(std::min(allowed.size(), place.size() + 1));
  }
  return false;
}

// `= delete;` forbids a call; that is no call of delete.
bool is_deleted_function(std::string_view code, std::size_t at) {
  const std::size_t before = code.find_last_not_of(" \n", at == 0 ? 0 : at - 1);
  return before != std::string_view::npos && code[before] == '=';
}

// A member or function of ours may have the name: `table.system(`; a declaration of one not.
bool is_member(std::string_view code, std::size_t at) {
  return at > 0 && (code[at - 1] == '.' || (at > 1 && code[at - 1] == '>' && code[at - 2] == '-'));
}

Findings check_conditional_compilation(const SourceFile& file, std::string_view code) {
  Findings findings;
  if (file.path.starts_with("platform/") || file.path.starts_with("tests/platform/"))
    return findings;
  const auto lines = lines_of(code);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("#if") || lines[i].starts_with("#elif")) {
      findings.push_back(
          finding(file, i + 1,
                  "#if outside platform/; give each system a file and let CMake choose "
                  "(platform/process_linux.cpp)"));
    }
  }
  return findings;
}

Findings check_code_in_comments(const SourceFile& file) {
  Findings findings;
  const auto lines = lines_of(file.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t begin = lines[i].find_first_not_of(' ');
    if (begin == std::string_view::npos || !lines[i].substr(begin).starts_with("// ")) continue;
    const std::string_view comment = lines[i].substr(begin + 3);
    const bool ends_as_code = comment.ends_with(';') || comment.ends_with(") {");
    // A call has its bracket right behind the name; prose has a space there.
    const std::size_t bracket = comment.find('(');
    const bool calls = bracket != std::string_view::npos && bracket > 0 &&
                       is_identifier_character(comment[bracket - 1]);
    const bool looks_as_code = calls || comment.find(" = ") != std::string_view::npos;
    if (ends_as_code && looks_as_code) {
      findings.push_back(finding(file, i + 1, "code in a comment; git remembers it, take it out"));
    }
  }
  return findings;
}

// --- Build lists ---------------------------------------------------------------------------------

// The words of a CMake file without comments, each as a path from the root.
std::set<std::string> named_in(const SourceFile& list) {
  std::set<std::string> named;
  const std::string folder = list.path.ends_with(".cmake") && list.path.starts_with("cmake/")
                                 ? ""
                                 : std::string(folder_of(list.path));
  const auto add = [&](std::string word) {
    constexpr std::string_view root = "${CMAKE_SOURCE_DIR}/";
    constexpr std::string_view here = "${CMAKE_CURRENT_SOURCE_DIR}/";
    constexpr std::string_view os = "${WATTLIFE_OS}";
    const bool from_root = word.starts_with(root);
    if (from_root) word.erase(0, root.size());
    if (word.starts_with(here)) word.erase(0, here.size());
    if (!from_root && !folder.empty()) word.insert(0, folder + "/");
    const std::size_t at = word.find(os);
    if (at == std::string::npos) {
      named.insert(word);
      return;
    }
    for (const std::string_view name : {"linux", "windows", "macos"}) {
      named.insert(std::string(word).replace(at, os.size(), name));
    }
  };
  for (const std::string_view line : lines_of(list.text)) {
    std::string word;
    for (const char c : line.substr(0, line.find('#'))) {
      if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == '(' || c == ')' || c == '"' ||
          c == ';') {
        if (!word.empty()) add(word);
        word.clear();
      } else {
        word += c;
      }
    }
    if (!word.empty()) add(word);
  }
  return named;
}

}  // namespace

Findings check_licence_line(const SourceFile& file) {
  const bool has_no_comments =
      is_data(file.path) || file.path == "LICENSE" || file.path.starts_with("LICENSES/");
  if (has_no_comments) return {};
  const auto lines = lines_of(file.text);
  for (std::size_t i = 0; i < std::min<std::size_t>(2, lines.size()); ++i) {
    // In two parts, so that this line is not taken for one itself.
    if (lines[i].find(std::string("SPDX-License-") + "Identifier: EUPL-1.2") !=
        std::string_view::npos) {
      return {};
    }
  }
  return {finding(file, 1,
                  "has no line 'SPDX-License-"
                  "Identifier: EUPL-1.2' at its top")};
}

Findings check_text(const SourceFile& file) {
  Findings findings;
  if (file.text.size() > most_bytes) {
    findings.push_back(finding(file, 1, "is larger than 1 MiB; keep data outside, or cut it down"));
  }
  if (is_data(file.path) || file.path.starts_with("LICENSE")) return findings;
  if (!file.text.empty() && file.text.back() != '\n') {
    findings.push_back(finding(file, lines_of(file.text).size(), "does not end with a line end"));
  }
  const auto lines = lines_of(file.text);
  if (lines.size() > most_lines) {
    findings.push_back(
        finding(file, most_lines, "has more than 1,000 lines; find the two nouns in it"));
  }
  // Written in parts, so that this file does not contain what it forbids.
  const std::string folders[] = {std::string("/ho") + "me/", std::string("/ro") + "ot/",
                                 std::string("/Us") + "ers/", std::string("/wo") + "rk/",
                                 std::string("/fa") + "rm/"};
  const std::string marks[] = {std::string("TO") + "DO", std::string("FIX") + "ME",
                               std::string("XX") + "X", std::string("HA") + "CK"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find('\t') != std::string_view::npos) {
      findings.push_back(finding(file, i + 1, "has a tab; use spaces"));
    }
    if (lines[i].ends_with(' ')) findings.push_back(finding(file, i + 1, "ends with a space"));
    if (lines[i].ends_with('\r')) {
      findings.push_back(finding(file, i + 1, "ends with CR LF; use LF"));
    }
    for (const std::string& folder : folders) {
      const std::size_t at = lines[i].find(folder);
      // "framework/" in a path or "/v1/homework/" in an address is something else.
      const bool is_whole =
          at != std::string_view::npos && (at == 0 || !is_identifier_character(lines[i][at - 1]));
      if (is_whole && lines[i].find("://") == std::string_view::npos) {
        findings.push_back(finding(file, i + 1,
                                   "names " + folder +
                                       ", a folder of one machine; "
                                       "take it from an argument or make it relative"));
      }
    }
    for (const std::string& mark : marks) {
      if (!places_of(lines[i], mark).empty()) {
        findings.push_back(finding(file, i + 1, "says " + mark + "; finish it, or write an issue"));
      }
    }
  }
  return findings;
}

Findings check_header(const SourceFile& file) {
  if (!file.path.ends_with(".h")) return {};
  Findings findings;
  const auto lines = lines_of(file.text);
  constexpr std::size_t shortest_purpose = 20;
  const bool has_purpose =
      lines.size() > 1 && lines[1].starts_with("// ") && lines[1].size() >= shortest_purpose;
  if (!has_purpose) {
    findings.push_back(finding(
        file, 2, "a header opens with its purpose and its reason, right below the licence"));
  }
  if (file.text.find("\n#pragma once\n") == std::string::npos) {
    findings.push_back(finding(file, 1, "has no '#pragma once'"));
  }
  return findings;
}

Findings check_banned_words(const SourceFile& file) {
  if (!is_cpp(file.path)) return {};
  std::string code = code_of(file.text);
  Findings findings = check_conditional_compilation(file, code);
  // Names of headers are judged by check_includes.
  for (const Include& include : includes_of(file.text)) {
    const std::size_t at = code.find(include.name.substr(1));
    if (at != std::string::npos)
      code.replace(at, include.name.size() - 1, include.name.size() - 1, ' ');
  }
  for (const Ban& ban : bans) {
    if (is_allowed(ban.allowed, file.path)) continue;
    for (const std::size_t at : places_of(code, ban.word)) {
      if (is_member(code, at)) continue;
      if (ban.word == "delete" && is_deleted_function(code, at)) continue;
      findings.push_back(
          finding(file, line_at(code, at),
                  "'" + std::string(ban.word) + "' is not used here; " + std::string(ban.instead)));
    }
  }
  const Findings comments = check_code_in_comments(file);
  findings.insert(findings.end(), comments.begin(), comments.end());
  return findings;
}

Findings check_build_lists(const std::vector<SourceFile>& files) {
  std::set<std::string> named;
  for (const SourceFile& file : files) {
    if (is_build_list(file.path)) named.merge(named_in(file));
  }
  Findings findings;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".cpp")) continue;
    // A test or fuzz target is named without its ending: wattlife_test(energy_test …).
    const std::string without_ending = file.path.substr(0, file.path.size() - 4);
    if (named.count(file.path) == 0 && named.count(without_ending) == 0) {
      findings.push_back(finding(file, 1, "is named in no CMakeLists.txt: nobody compiles it"));
    }
  }
  return findings;
}

Findings check_mirror(const std::vector<SourceFile>& files) {
  constexpr std::string_view mirrored[] = {"core",  "platform",  "proto",
                                           "agent", "collector", "tools"};
  Findings findings;
  std::set<std::string_view> tested;  // headers of core/ with a test
  for (const SourceFile& test : files) {
    if (!test.path.starts_with("tests/") || !test.path.ends_with("_test.cpp")) continue;
    const std::string_view place = folder_of(std::string_view(test.path).substr(6));
    const std::string_view top = place.substr(0, place.find('/'));
    if (std::find(std::begin(mirrored), std::end(mirrored), top) == std::end(mirrored)) continue;
    const std::string_view stem = stem_of(test.path).substr(0, stem_of(test.path).size() - 5);
    bool found = false;
    for (const SourceFile& file : files) {
      const bool same_folder = folder_of(file.path) == place;
      const std::string_view other = stem_of(file.path);
      const bool same_noun =
          stem == other || (stem.starts_with(other) && stem[other.size()] == '_');
      if (!same_folder || !same_noun) continue;
      found = true;
      if (file.path.starts_with("core/") && file.path.ends_with(".h")) tested.insert(file.path);
    }
    if (!found) {
      findings.push_back(finding(
          test, 1,
          "tests nothing of its name in " + std::string(place) + "/; tests/ mirrors the tree"));
    }
  }
  for (const SourceFile& file : files) {
    if (folder_of(file.path) != "core" || !file.path.ends_with(".h")) continue;
    if (tested.count(file.path) == 0) {
      findings.push_back(finding(file, 1, "has no test in tests/core/"));
    }
  }
  return findings;
}

}  // namespace wattlife::house
