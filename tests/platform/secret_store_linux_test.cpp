// SPDX-License-Identifier: EUPL-1.2
// What systemd hands to a service by LoadCredential=.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/secret_store.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

class Handed : public testing::Test {
 protected:
  Handed() { ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1); }
  ~Handed() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }
  void hand(const std::string& text) { std::ofstream(folder / "Token", std::ios::binary) << text; }
  TemporaryFolder folder;
};

TEST_F(Handed, TheTextOfTheFileWithoutItsLineEnd) {
  for (const char* text : {"abc", "abc\n", "abc\r\n"}) {
    hand(text);
    const Result<std::string> token = service_credential("Token", 3);
    ASSERT_TRUE(token) << token.error().text;
    EXPECT_EQ(*token, "abc");
  }
}

TEST_F(Handed, NothingIsAbsentAndNonsenseIsNot) {
  EXPECT_EQ(service_credential("Token", 8).error().cause, Cause::absent);
  for (const char* text : {"", "\n", "123456789", "123456789012345678901234567890"}) {
    hand(text);
    const Result<std::string> token = service_credential("Token", 8);
    ASSERT_FALSE(token) << text;
    EXPECT_EQ(token.error().cause, Cause::malformed);
    EXPECT_EQ(token.error().text.find("12345"), std::string::npos) << "a secret in a message";
  }
  std::filesystem::remove(folder / "Token");
  hand("abc");
  std::filesystem::rename(folder / "Token", folder / "elsewhere");
  std::filesystem::create_symlink(folder / "elsewhere", folder / "Token");
  EXPECT_EQ(service_credential("Token", 8).error().cause, Cause::denied) << "a link";
  for (const char* other : {"", "relative"}) {
    ::setenv("CREDENTIALS_DIRECTORY", other, 1);
    EXPECT_EQ(service_credential("Token", 8).error().cause, Cause::absent);
  }
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(service_credential("Token", 8).error().cause, Cause::absent);
}

}  // namespace
}  // namespace wattlife
