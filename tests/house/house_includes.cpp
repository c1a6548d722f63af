// SPDX-License-Identifier: EUPL-1.2
// The rules about who may include whom, as two tables.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "tests/house/house_rules.h"

namespace wattlife::house {
namespace {

// A folder and the folders whose headers it may include.
struct Layer {
  std::string_view folder;
  std::string_view may_include;
};
constexpr Layer layers[] = {
    {"core", "core"},
    {"platform", "core platform"},
    {"proto", "core proto"},
    {"agent", "core platform proto agent"},
    {"collector", "core platform proto collector"},
    {"tools", "core platform proto agent collector tools"},
    {"tests", "core platform proto agent collector tools tests"},
};

// A library: how its headers begin, its row in third_party.yaml, and the files (by the beginning of
// their path; "*_main.cpp" is any main) that may include it.
struct Library {
  std::string_view header;
  std::string_view name;
  std::string_view may_be_in;
};
constexpr Library libraries[] = {
    {"sqlite3.h", "SQLite", "platform/database_sqlite.cpp tests/platform/ tests/fault/"},
    {"libpq-fe.h", "libpq", "collector/sql_postgres"},
    {"curl/", "libcurl", "platform/http_client_curl.cpp"},
    {"google/protobuf/", "Protocol Buffers", "proto/wire tests/proto/"},
    {"proto/wattlife.pb.h", "Protocol Buffers", "proto/wire tests/proto/"},
    {"boost/", "Boost",
     "collector/http_server_beast.cpp collector/http_session_beast. "
     "collector/http_reader_beast.cpp"},
    {"openssl/", "OpenSSL",
     "collector/tls_ collector/certificate.cpp collector/digest.cpp collector/password.cpp "
     "collector/seal.cpp tests/tls_server.cpp tests/collector/ tests/bench/"},
    {"zstd", "Zstandard", "collector/zstd_body.cpp tests/"},
    {"cjose/", "libcjose", "collector/jose.cpp tests/collector/"},
    {"nlohmann/", "JSON for Modern C++",
     "agent/view_file.cpp collector/facts_json.cpp collector/oidc_json.cpp tests/"},
    {"toml++/", "toml++", "platform/settings_file.cpp"},
    {"CLI/", "CLI11", "*_main.cpp"},
    {"gtest/", "GoogleTest", "tests/"},
    {"cuse_lowlevel.h", "libfuse", "tests/hardware/"},
    {"benchmark/", "Google Benchmark", "tests/bench/"},
};

const std::set<std::string_view>& standard_headers() {
  static const std::set<std::string_view> headers = {"algorithm",     "any",
                                                     "array",         "atomic",
                                                     "bit",           "bitset",
                                                     "cassert",       "cctype",
                                                     "cerrno",        "cfloat",
                                                     "charconv",      "chrono",
                                                     "cinttypes",     "climits",
                                                     "cmath",         "compare",
                                                     "concepts",      "condition_variable",
                                                     "csignal",       "cstddef",
                                                     "cstdint",       "cstdio",
                                                     "cstdlib",       "cstring",
                                                     "ctime",         "deque",
                                                     "exception",     "filesystem",
                                                     "fstream",       "functional",
                                                     "future",        "initializer_list",
                                                     "iomanip",       "ios",
                                                     "iostream",      "istream",
                                                     "iterator",      "limits",
                                                     "list",          "map",
                                                     "memory",        "mutex",
                                                     "new",           "numbers",
                                                     "numeric",       "optional",
                                                     "ostream",       "queue",
                                                     "random",        "ranges",
                                                     "ratio",         "set",
                                                     "shared_mutex",  "span",
                                                     "sstream",       "stdexcept",
                                                     "streambuf",     "string",
                                                     "string_view",   "system_error",
                                                     "thread",        "tuple",
                                                     "type_traits",   "typeinfo",
                                                     "unordered_map", "unordered_set",
                                                     "utility",       "variant",
                                                     "vector"};
  return headers;
}

// Standard headers that read, write, wait or ask the time: not for functions that only think.
constexpr std::array<std::string_view, 13> doing_headers = {
    "condition_variable", "cstdio",  "csignal", "ctime",  "filesystem", "fstream", "future",
    "iostream",           "iomanip", "mutex",   "random", "sstream",    "thread"};

// Whether `words`, separated by spaces, has `word`.
bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos;
       at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' '))
      return true;
  }
  return false;
}

bool may_be_in(std::string_view places, std::string_view path) {
  while (!places.empty()) {
    const std::string_view place = places.substr(0, places.find(' '));
    if (place.starts_with('*') ? path.ends_with(place.substr(1)) : path.starts_with(place))
      return true;
    places.remove_prefix(std::min(places.size(), place.size() + 1));
  }
  return false;
}

const Library* library_of(std::string_view header) {
  const auto found = std::find_if(std::begin(libraries), std::end(libraries),
                                  [&](const Library& l) { return header.starts_with(l.header); });
  return found == std::end(libraries) ? nullptr : found;
}

// What is wrong with including `header` (without marks) in the file at `path`; empty when nothing.
std::string wrong_with(std::string_view path, std::string_view header, bool in_quotes) {
  const std::string_view folder = path.substr(0, path.find('/'));
  if (const Library* library = library_of(header)) {
    if (may_be_in(library->may_be_in, path)) return "";
    return std::string(library->name) + " may be included by " + std::string(library->may_be_in) +
           " only; call what that file offers";
  }
  if (in_quotes) {
    const auto layer = std::find_if(std::begin(layers), std::end(layers),
                                    [&](const Layer& l) { return l.folder == folder; });
    if (layer == std::end(layers))
      return "this folder is in no layer; add it to house_includes.cpp";
    if (has_word(layer->may_include, header.substr(0, header.find('/')))) return "";
    return std::string(folder) + "/ may include " + std::string(layer->may_include) +
           " only (core <- platform, proto <- agent, collector <- tools); move what both need down";
  }
  if (standard_headers().count(header) != 0) {
    const bool does =
        std::find(doing_headers.begin(), doing_headers.end(), header) != doing_headers.end();
    if (folder == "core" && does) {
      return "core/ only thinks: no files, no waiting, no clock; read or write in platform/ and "
             "pass "
             "the value in";
    }
    return "";
  }
  if (folder == "platform" || folder == "tests") return "";
  return "a header of one system, or of a library that house_includes.cpp does not know; systems "
         "are platform/'s, libraries need a row there and in third_party.yaml";
}

}  // namespace

Findings check_includes(const SourceFile& file) {
  Findings findings;
  for (const Include& include : includes_of(file.text)) {
    const bool in_quotes = include.name.front() == '"';
    const std::string_view header =
        std::string_view(include.name).substr(1, include.name.size() - 2);
    const std::string wrong = wrong_with(file.path, header, in_quotes);
    if (wrong.empty()) continue;
    findings.push_back(file.path + ":" + std::to_string(include.line) + ": includes " +
                       include.name + "; " + wrong);
  }
  return findings;
}

Findings check_third_party_list(const std::vector<SourceFile>& files) {
  const auto list = std::find_if(files.begin(), files.end(),
                                 [](const SourceFile& f) { return f.path == "third_party.yaml"; });
  if (list == files.end()) return {"third_party.yaml:1: is missing"};
  std::set<std::string_view> used;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".h") && !file.path.ends_with(".cpp")) continue;
    for (const Include& include : includes_of(file.text)) {
      if (const Library* library = library_of(std::string_view(include.name).substr(1))) {
        used.insert(library->name);
      }
    }
  }
  Findings findings;
  for (const std::string_view name : used) {
    if (list->text.find("name: " + std::string(name) + "\n") != std::string::npos) continue;
    findings.push_back("third_party.yaml:1: has no row '- name: " + std::string(name) +
                       "', and its headers are included");
  }
  return findings;
}

Findings check_included_files_exist(const std::vector<SourceFile>& files) {
  std::set<std::string_view> paths;
  for (const SourceFile& file : files) paths.insert(file.path);
  Findings findings;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".h") && !file.path.ends_with(".cpp")) continue;
    for (const Include& include : includes_of(file.text)) {
      const std::string_view header =
          std::string_view(include.name).substr(1, include.name.size() - 2);
      const bool generated = header.ends_with(".pb.h");
      if (include.name.front() != '"' || generated || paths.count(header) != 0) continue;
      findings.push_back(file.path + ":" + std::to_string(include.line) + ": includes " +
                         include.name + ", which is no path from the root of the project");
    }
  }
  return findings;
}

}  // namespace wattlife::house
