// SPDX-License-Identifier: EUPL-1.2
#include "agent/arguments.h"

#include "agent/exit.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

const std::vector<Option> options = {{"--state", "DIR", "where"}, {"--once", "", "once"}};

TEST(Arguments, OptionsWithAndWithoutValues) {
  const auto spaced = Arguments::from({"--state", "/x y", "--once"}, options);
  ASSERT_TRUE(spaced);
  EXPECT_EQ(spaced->text("--state"), "/x y");
  EXPECT_TRUE(spaced->has("--once"));
  const auto joined = Arguments::from({"--state=/a=b"}, options);
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->text("--state"), "/a=b");
  EXPECT_FALSE(joined->has("--once"));
  EXPECT_EQ(joined->text("--once"), "");
  EXPECT_TRUE(Arguments::from({}, options));
}

TEST(Arguments, WhatIsWrongIsNamed) {
  struct Case {
    std::vector<std::string> words;
    const char* names;
  };
  const Case cases[] = {
      {{"--what"}, "--what"},
      {{"file"}, "file"},
      {{"--state"}, "--state DIR"},
      {{"--state="}, "--state"},
      {{"--once=1"}, "--once"},
      {{"--once", "--once"}, "twice"},
      {{"--state", "a", "--state=b"}, "twice"},
  };
  for (const Case& c : cases) {
    const auto arguments = Arguments::from(c.words, options);
    ASSERT_FALSE(arguments) << c.words[0];
    EXPECT_NE(arguments.error().text.find(c.names), std::string::npos) << arguments.error().text;
  }
}

TEST(Arguments, HelpShowsEachOption) {
  const std::string help = help_text("program", "Does it.", options);
  EXPECT_EQ(help,
            "usage: program [options]\nDoes it.\n\n  --state DIR  where\n  --once       once\n");
}

TEST(Arguments, ExitCodesOfCauses) {
  EXPECT_EQ(exit_for({Cause::absent, ""}), Exit::no_input);
  EXPECT_EQ(exit_for({Cause::denied, ""}), Exit::permission);
  EXPECT_EQ(exit_for({Cause::busy, ""}), Exit::retry);
  EXPECT_EQ(exit_for({Cause::malformed, ""}), Exit::data);
  EXPECT_EQ(exit_for({Cause::io, ""}), Exit::io);
}

}  // namespace
}  // namespace wattlife
