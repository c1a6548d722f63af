// SPDX-License-Identifier: EUPL-1.2
#include "collector/zstd_body.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <random>

namespace wattlife {
namespace {

constexpr std::size_t most = std::size_t{64} * 1024;

std::string compressed(const std::string& text, int level = 3) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level));
  return out;
}

// Without the size in its head, as a stream is.
std::string streamed(const std::string& text) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

TEST(ZstdBody, gives_back_what_was_compressed) {
  std::mt19937 random(5);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{1612}, std::size_t{65'535}, most}) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random() & 15);
    for (const std::string& body : {compressed(text), compressed(text, 19), streamed(text)}) {
      const auto plain = decompressed(body, most);
      ASSERT_TRUE(plain) << size << ": " << plain.error().text;
      EXPECT_EQ(*plain, text);
    }
  }
}

TEST(ZstdBody, a_bomb_is_refused_whether_it_says_its_size_or_not) {
  const std::string huge(std::size_t{200} * 1024 * 1024, '\0');
  for (const std::string& bomb :
       {compressed(huge, 19), streamed(huge), compressed(std::string(most + 1, 'x')),
        streamed(std::string(most + 1, 'x'))}) {
    const auto plain = decompressed(bomb, most);
    ASSERT_FALSE(plain);
    EXPECT_EQ(plain.error().cause, Cause::denied);
  }
  // Two that fit alone, and not together.
  const std::string half = compressed(std::string(40'000, 'x'));
  EXPECT_EQ(decompressed(half + half, most).error().cause, Cause::denied);
}

TEST(ZstdBody, what_is_cut_changed_or_something_else_is_malformed) {
  const std::string body = compressed(std::string(5000, 'a') + std::string(5000, 'b'));
  for (std::size_t cut = 1; cut < body.size(); ++cut) {
    const auto plain = decompressed(body.substr(0, cut), most);
    ASSERT_FALSE(plain) << cut;
    EXPECT_EQ(plain.error().cause, Cause::malformed) << cut;
  }
  EXPECT_EQ(decompressed("hello, this is no zstd at all", most).error().cause, Cause::malformed);
  EXPECT_EQ(decompressed(body + "trailing", most).error().cause, Cause::malformed);
}

}  // namespace
}  // namespace wattlife
