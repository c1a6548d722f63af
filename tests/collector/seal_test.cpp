// SPDX-License-Identifier: EUPL-1.2
#include "collector/seal.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace wattlife {
namespace {

const std::string key(seal_key_bytes, 'k');
const std::string nonce(seal_nonce_bytes, 'n');

TEST(Seal, opens_with_the_same_key_and_purpose_only) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("\0\xff", 2), std::string(3000, 'x')}) {
    const std::string hidden = sealed(key, "session", text, nonce);
    ASSERT_FALSE(hidden.empty());
    EXPECT_EQ(unsealed(key, "session", hidden), text);
    EXPECT_FALSE(unsealed(key, "attempt", hidden));
    EXPECT_FALSE(unsealed(std::string(seal_key_bytes, 'x'), "session", hidden));
    EXPECT_FALSE(unsealed("", "session", hidden));
  }
  EXPECT_EQ(sealed("short", "p", "t", nonce), "");
  EXPECT_EQ(sealed(key, "p", "t", "short"), "");
}

TEST(Seal, every_changed_character_is_noticed) {
  const std::string hidden = sealed(key, "session", "beheerder", nonce);
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    std::string changed = hidden;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(unsealed(key, "session", changed)) << i;
    EXPECT_FALSE(unsealed(key, "session", hidden.substr(0, i))) << i;
  }
  EXPECT_FALSE(unsealed(key, "session", hidden + "A"));
  EXPECT_FALSE(unsealed(key, "session", hidden + "="));
}

// NIST SP 800-38D test case 13 (empty text, zero key and nonce) and 14.
TEST(Seal, is_aes_256_gcm) {
  const std::string zero_key(32, '\0');
  const std::string zero_nonce(12, '\0');
  EXPECT_EQ(sealed(zero_key, "", "", zero_nonce),
            base64url(zero_nonce + std::string("\x53\x0f\x8a\xfb\xc7\x45\x36\xb9\xa9\x63\xb4\xf1"
                                               "\xc4\xcb\x73\x8b",
                                               16)));
  EXPECT_EQ(
      sealed(zero_key, "", std::string(16, '\0'), zero_nonce),
      base64url(zero_nonce +
                std::string("\xce\xa7\x40\x3d\x4d\x60\x6b\x6e\x07\x4e\xc5\xd3\xba\xf3\x9d\x18"
                            "\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b\x98\xb5\xd4\x8a\xb9\x19",
                            32)));
}

// RFC 4231, test case 2.
TEST(Seal, token_is_hmac_sha256) {
  EXPECT_EQ(keyed_token("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Base64url, goes_there_and_back_and_has_one_text_per_value) {
  std::mt19937 engine(7);
  for (std::size_t length = 0; length < 70; ++length) {
    std::string bytes(length, '\0');
    for (char& c : bytes) c = static_cast<char>(engine() & 0xFF);
    const std::string text = base64url(bytes);
    EXPECT_EQ(bytes_from_base64url(text), bytes);
    EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
  }
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
  for (const char* text : {"A", "AB", "-_9", "AA==", "A A", "AAAAA", "+/8"}) {
    EXPECT_FALSE(bytes_from_base64url(text)) << text;
  }
}

}  // namespace
}  // namespace wattlife
