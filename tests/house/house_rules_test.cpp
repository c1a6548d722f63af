// SPDX-License-Identifier: EUPL-1.2
// The rules over small bad examples: a rule that no longer finds anything would pass silently.
#include "tests/house/house_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wattlife::house {
namespace {

const std::string spdx = std::string("// SPDX-License-") + "Identifier: EUPL-1.2\n";

// One file under one rule: what the finding must contain, or "" for none.
struct Case {
  const char* name;
  std::string path;
  std::string text;
  std::string want;
};

void expect(Findings (*rule)(const SourceFile&), const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Findings findings = rule({c.path, c.text});
    if (c.want.empty()) {
      EXPECT_TRUE(findings.empty()) << findings.front();
      continue;
    }
    ASSERT_FALSE(findings.empty()) << "nothing was found";
    EXPECT_NE(findings.front().find(c.want), std::string::npos) << findings.front();
    EXPECT_TRUE(findings.front().starts_with(c.path + ":")) << findings.front();
  }
}

TEST(HouseRules, licence_line) {
  expect(check_licence_line,
         {{"first line", "core/a.cpp", spdx, ""},
          {"second line, after #!", "dev", "#!/usr/bin/env bash\n#" + spdx.substr(2), ""},
          {"missing", "core/a.cpp", "int a;\n", "SPDX"},
          {"third line is too late", "core/a.cpp", "\n\n" + spdx, "SPDX"},
          {"another licence", "core/a.cpp",
           "// SPDX-License-"
           "Identifier: MIT\n",
           "SPDX"},
          {"empty file", "core/a.cpp", "", "SPDX"},
          {"json has no comments", "a.json", "{}\n", ""},
          {"recorded data", "tests/captures/x.capture", "wattlife-capture 1\n", ""}});
}

TEST(HouseRules, text) {
  const std::string in_home = std::string("path = /ho") + "me/jan/x\n";
  expect(
      check_text,
      {{"clean", "core/a.cpp", "int a;\n", ""},
       {"tab", "core/a.cpp", "\tint a;\n", "tab"},
       {"space at the end", "core/a.cpp", "int a; \n", "space"},
       {"windows line end", "core/a.cpp", "int a;\r\n", "CR LF"},
       {"no line end", "core/a.cpp", "int a;", "line end"},
       {"folder of a person", "docs/a.md", in_home, "folder of one machine"},
       {"the same letters in a longer word", "docs/a.md", std::string("frame/wo") + "rk/x\n", ""},
       {"unfinished", "core/a.cpp", std::string("// TO") + "DO later\n", "finish it"},
       {"1,001 lines", "core/a.cpp", std::string(1001, '\n'), "1,000 lines"},
       {"1,000 lines", "core/a.cpp", std::string(1000, '\n'), ""},
       {"large data", "tests/golden/x.bin", std::string((1 << 20) + 1, 'x'), "1 MiB"}});
}

TEST(HouseRules, header) {
  expect(check_header,
         {{"good", "core/a.h", spdx + "// Says what it is for.\n#pragma once\n", ""},
          {"no purpose", "core/a.h", spdx + "#pragma once\n", "purpose"},
          {"a word is no purpose", "core/a.h", spdx + "// Header.\n#pragma once\n", "purpose"},
          {"no pragma", "core/a.h", spdx + "// Says what it is for.\n", "pragma"},
          {"a source is no header", "core/a.cpp", "int a;\n", ""}});
}

TEST(HouseRules, layers) {
  const auto with = [](const std::string& header) { return "#include \"" + header + "\"\n"; };
  expect(check_includes,
         {{"core includes core", "core/a.cpp", with("core/b.h"), ""},
          {"core includes platform", "core/a.cpp", with("platform/b.h"), "core/ may include core"},
          {"core includes proto", "core/a.cpp", with("proto/wire.h"), "core/ may include core"},
          {"platform includes proto", "platform/a.cpp", with("proto/wire.h"), "platform/ may"},
          {"proto includes platform", "proto/a.cpp", with("platform/b.h"), "proto/ may"},
          {"agent includes all below", "agent/a.cpp", with("platform/b.h") + with("proto/b.h"), ""},
          {"agent includes collector", "agent/a.cpp", with("collector/b.h"), "agent/ may"},
          {"collector includes agent", "collector/a.cpp", with("agent/b.h"), "collector/ may"},
          {"product includes tests", "tools/a.cpp", with("tests/b.h"), "tools/ may"},
          {"tests include all", "tests/e2e/a.cpp", with("agent/b.h") + with("collector/b.h"), ""},
          {"a new folder", "extra/a.cpp", with("core/b.h"), "no layer"},
          {"in a comment", "core/a.cpp", "// #include \"platform/b.h\"\n", ""},
          {"in a text", "core/a.cpp", "f(R\"(\n#include \"platform/b.h\"\n)\");\n", ""}});
}

TEST(HouseRules, libraries) {
  const auto with = [](const std::string& header) { return "#include <" + header + ">\n"; };
  expect(check_includes,
         {{"sqlite in its file", "platform/database_sqlite.cpp", with("sqlite3.h"), ""},
          {"sqlite in a store", "agent/outbox.cpp", with("sqlite3.h"), "SQLite may be included by"},
          {"curl in the agent", "agent/upload.cpp", with("curl/curl.h"), "libcurl may be"},
          {"messages outside wire", "collector/a.cpp", "#include \"proto/wattlife.pb.h\"\n",
           "Protocol Buffers may be"},
          {"gtest in a product", "core/a.cpp", with("gtest/gtest.h"), "GoogleTest may be"},
          {"gtest in a test", "tests/core/a_test.cpp", with("gtest/gtest.h"), ""},
          {"command line in a main", "agent/agent_main.cpp", with("CLI/CLI.hpp"), ""},
          {"command line elsewhere", "agent/upload.cpp", with("CLI/CLI.hpp"), "CLI11 may be"},
          {"unknown library", "agent/a.cpp", with("fmt/format.h"), "third_party.yaml"},
          {"system in platform", "platform/process_linux.cpp", with("unistd.h"), ""},
          {"system elsewhere", "agent/a.cpp", with("unistd.h"), "platform/"},
          {"standard", "agent/a.cpp", with("vector"), ""},
          {"core reads a file", "core/a.cpp", with("fstream"), "core/ only thinks"},
          {"core draws lots", "core/a.cpp", with("random"), "core/ only thinks"}});
}

TEST(HouseRules, banned_words) {
  expect(
      check_banned_words,
      {{"clock in core", "core/a.cpp", "auto t = std::chrono::system_clock::now();\n", "argument"},
       {"clock in platform", "platform/process_linux.cpp", "system_clock::now();\n", ""},
       {"thread in the agent", "agent/a.cpp", "std::thread t(f);\n", "one thread"},
       {"throw", "core/a.cpp", "throw 1;\n", "Error"},
       {"rethrown is a word", "core/a.cpp", "int rethrown;\n", ""},
       {"new", "core/a.cpp", "auto* p = new int;\n", "make_unique"},
       {"renew and newest", "core/a.cpp", "int newest = renew();\n", ""},
       {"delete", "core/a.cpp", "delete p;\n", "unique_ptr"},
       {"deleted function", "core/a.h", "A(const A&) = delete;\n", ""},
       {"deleted, on the next line", "core/a.h", "A(const A&) =\n    delete;\n", ""},
       {"regex", "core/a.cpp", "std::regex r;\n", "core/text.h"},
       {"sprintf", "core/a.cpp", "sprintf(b, f);\n", "fixed()"},
       {"snprintf is another", "platform/a.cpp", "std::snprintf(b, n, f);\n", ""},
       {"atoi", "agent/a.cpp", "int i = atoi(s);\n", "integer_from"},
       {"system", "agent/a.cpp", "std::system(\"ls\");\n", "no shell"},
       {"a member of that name", "agent/a.cpp", "tree.system(1);\n", ""},
       {"popen", "platform/a.cpp", "popen(c, m);\n", "no shell"},
       {"cout in a store", "agent/outbox.cpp", "std::cout << 1;\n", "main prints"},
       {"cout in a main", "agent/cli_main.cpp", "std::cout << 1;\n", ""},
       {"the name of a header", "collector/a.cpp", "#include <openssl/rand.h>\n#include <new>\n",
        ""},
       {"in a comment", "core/a.cpp", "// Never throw, never new.\n", ""},
       {"in a text", "core/a.cpp", "f(\"throw \\\" new\");\n", ""},
       {"after a quoted quote", "core/a.cpp", "f('\"'); throw 1; g('\"');\n", "Error"},
       {"after a number with marks", "core/a.cpp", "f(1'000); throw 1; g(2'000);\n", "Error"},
       {"#if in core", "core/a.cpp", "#ifdef _WIN32\n", "#if outside platform/"},
       {"#if in platform", "platform/a.cpp", "#ifdef _WIN32\n", ""},
       {"code in a comment", "core/a.cpp", "  // int x = f(y);\n", "git remembers"},
       {"prose in a comment", "core/a.cpp", "  // First this, then that (once);\n", ""},
       {"not C++", "docs/a.md", "throw new\n", ""}});
}

std::string joined(const Findings& findings) {
  std::string all;
  for (const std::string& finding : findings) all += finding + "\n";
  return all;
}

TEST(HouseRules, build_lists) {
  const std::vector<SourceFile> files = {
      {"core/CMakeLists.txt",
       "wattlife_library(core a.cpp b_${WATTLIFE_OS}.cpp\n  # lost.cpp\n  sub/c.cpp)\n"},
      {"cmake/X.cmake", "add_executable(x ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp)\n"},
      {"tests/core/CMakeLists.txt",
       "foreach(t a_test b_test)\n wattlife_test(${t})\nendforeach()\n"},
      {"core/a.cpp", ""},
      {"core/b_linux.cpp", ""},
      {"core/b_windows.cpp", ""},
      {"core/sub/c.cpp", ""},
      {"tests/fuzz/replay_main.cpp", ""},
      {"tests/core/a_test.cpp", ""},
  };
  EXPECT_EQ(joined(check_build_lists(files)), "");

  const auto lost = [&](const std::string& path) {
    std::vector<SourceFile> with = files;
    with.push_back({path, ""});
    return joined(check_build_lists(with));
  };
  EXPECT_NE(lost("core/lost.cpp").find("core/lost.cpp:1: is named in no"), std::string::npos);
  EXPECT_NE(lost("core/sub/a.cpp"), "") << "a name in another folder does not count";
  EXPECT_NE(lost("tests/core/c_test.cpp"), "");
  EXPECT_NE(lost("core/b_amiga.cpp"), "");
}

TEST(HouseRules, included_files_exist) {
  const std::vector<SourceFile> files = {
      {"core/a.h", ""},
      {"core/a.cpp", "#include \"core/a.h\"\n#include \"proto/wattlife.pb.h\"\n"},
      {"core/b.cpp", "#include \"a.h\"\n"}};
  EXPECT_EQ(joined(check_included_files_exist(files)),
            "core/b.cpp:1: includes \"a.h\", which is no path from the root of the project\n");
}

TEST(HouseRules, mirror) {
  const std::vector<SourceFile> files = {{"core/energy.h", ""},
                                         {"core/time.h", ""},
                                         {"agent/upload.cpp", ""},
                                         {"tests/core/energy_sleep_test.cpp", ""},
                                         {"tests/agent/upload_test.cpp", ""},
                                         {"tests/agent/uploading_test.cpp", ""},
                                         {"tests/e2e/anything_test.cpp", ""}};
  EXPECT_EQ(joined(check_mirror(files)),
            "tests/agent/uploading_test.cpp:1: tests nothing of its name in agent/; tests/ mirrors "
            "the tree\n"
            "core/time.h:1: has no test in tests/core/\n");
}

TEST(HouseRules, third_party_list) {
  const SourceFile source{"platform/database_sqlite.cpp", "#include <sqlite3.h>\n"};
  EXPECT_EQ(joined(check_third_party_list({source, {"third_party.yaml", "- name: SQLite\n"}})), "");
  EXPECT_NE(joined(check_third_party_list({source, {"third_party.yaml", "- name: SQLiteCpp\n"}})),
            "");
  EXPECT_NE(joined(check_third_party_list({source})), "");
}

}  // namespace
}  // namespace wattlife::house
