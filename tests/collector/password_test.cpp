// SPDX-License-Identifier: EUPL-1.2
#include "collector/password.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "platform/stopwatch.h"

namespace wattlife {
namespace {

const std::string salt(password_salt_bytes, 's');

TEST(Password, is_itself_and_no_other) {
  const auto hash = password_hash("correct horse battery", salt);
  ASSERT_TRUE(hash);
  EXPECT_EQ(hash->rfind("scrypt$32768$8$3$", 0), 0u) << *hash;
  EXPECT_EQ(hash->find("correct"), std::string::npos);
  EXPECT_TRUE(is_password(*hash, "correct horse battery"));
  for (const char* wrong :
       {"", "correct horse batterz", "Correct horse battery", "correct horse battery "}) {
    EXPECT_FALSE(is_password(*hash, wrong)) << wrong;
  }
  const auto other = password_hash("correct horse battery", std::string(password_salt_bytes, 't'));
  EXPECT_NE(*hash, *other);
  EXPECT_FALSE(password_hash("correct horse battery", "short"));
}

TEST(Password, a_damaged_or_dear_hash_is_nobodys) {
  const std::string hash = *password_hash("correct horse battery", salt);
  const std::string end = hash.substr(hash.find("$3$") + 2);
  for (const std::string& text :
       {std::string(), std::string("scrypt"), std::string("x") + hash, hash + "$", hash + "00",
        hash.substr(0, hash.size() - 2), "scrypt$1048576$8$3" + end, "scrypt$32768$64$3" + end,
        "scrypt$32768$8$1000" + end, "scrypt$0$8$3" + end, "scrypt$-2$8$3" + end,
        "scrypt$32767$8$3" + end, std::string("scrypt$32768$8$3$00$00")}) {
    EXPECT_FALSE(is_password(text, "correct horse battery")) << text;
  }
}

// A user who is not there, and a password that is too long to be one, cost the same work: else the
// time would tell who exists.
TEST(Password, the_time_does_not_tell_who_exists) {
  const std::string hash = *password_hash("correct horse battery", salt);
  const std::string too_long(longest_password + 1, 'x');
  const auto time_of = [](const std::string& kept, const std::string& password) {
    const auto began = ticks();
    EXPECT_FALSE(is_password(kept, password));
    return ticks() - began;
  };
  const auto usual = time_of(hash, "wrong horse battery");
  EXPECT_GT(time_of("", "wrong horse battery"), usual / 4);
  EXPECT_GT(time_of("", too_long), usual / 4);
  EXPECT_GT(time_of(hash, too_long), usual / 4);
}

TEST(Password, new_ones_must_be_long_and_not_the_name) {
  EXPECT_EQ(problem_of_password("correct horse battery", "jan"), "");
  for (const char* bad : {"", "short", "elevenchars", "aaaaaaaaaaaaaa", "my-Jan-is-in-it-1"}) {
    EXPECT_NE(problem_of_password(bad, "jan"), "") << bad;
  }
  EXPECT_NE(problem_of_password(std::string(300, 'x') + "y", "jan"), "");
}

}  // namespace
}  // namespace wattlife
