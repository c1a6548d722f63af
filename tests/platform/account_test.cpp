// SPDX-License-Identifier: EUPL-1.2
#include "platform/account.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace wattlife {
namespace {

TEST(Account, has_a_name_and_says_who_became_root) {
  ::unsetenv("SUDO_USER");
  const std::string name = account_name();
  EXPECT_FALSE(name.empty());
  EXPECT_EQ(name.find(' '), std::string::npos);
  ::setenv("SUDO_USER", "jan", 1);
  // Who is not root may say what they like.
  EXPECT_EQ(account_name(), ::getuid() == 0 ? name + " sudo:jan" : name);
  ::unsetenv("SUDO_USER");
}

}  // namespace
}  // namespace wattlife
