// SPDX-License-Identifier: EUPL-1.2
#include "collector/seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>

#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::size_t tag_bytes = 16;
constexpr std::size_t longest_text = std::size_t{64} * 1024;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int size_of(std::string_view text) { return static_cast<int>(text.size()); }

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text;
  unsigned held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[(held >> (bits - 6)) & 63];
  }
  if (bits > 0) text += alphabet[(held << (6 - bits)) & 63];
  return text;
}

std::optional<std::string> bytes_from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  unsigned held = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    held = ((held << 6) | static_cast<unsigned>(digit)) & 0xFFFF;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((held >> bits) & 0xFF);
  }
  // One text for one value: left-over bits are zero.
  if ((held & ((1U << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::string sealed(std::string_view key, std::string_view purpose, std::string_view text,
                   std::string_view nonce) {
  if (key.size() != seal_key_bytes || nonce.size() != seal_nonce_bytes ||
      text.size() > longest_text) {
    return "";
  }
  const Cipher context(EVP_CIPHER_CTX_new());
  std::string hidden(text.size(), '\0');
  std::string tag(tag_bytes, '\0');
  int length = 0;
  const bool made = context != nullptr &&
                    EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key),
                                       bytes_of(nonce)) == 1 &&
                    EVP_EncryptUpdate(context.get(), nullptr, &length, bytes_of(purpose),
                                      size_of(purpose)) == 1 &&
                    EVP_EncryptUpdate(context.get(), bytes_of(hidden), &length, bytes_of(text),
                                      size_of(text)) == 1 &&
                    EVP_EncryptFinal_ex(context.get(), bytes_of(tag), &length) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG,
                                        static_cast<int>(tag_bytes), tag.data()) == 1;
  if (!made) return "";
  return base64url(std::string(nonce) + hidden + tag);
}

std::optional<std::string> unsealed(std::string_view key, std::string_view purpose,
                                    std::string_view sealed_text) {
  if (key.size() != seal_key_bytes || sealed_text.size() > 2 * longest_text) return std::nullopt;
  const auto all = bytes_from_base64url(sealed_text);
  if (!all || all->size() < seal_nonce_bytes + tag_bytes) return std::nullopt;
  const std::string_view bytes = *all;
  const std::string_view nonce = bytes.substr(0, seal_nonce_bytes);
  std::string tag(bytes.substr(bytes.size() - tag_bytes));
  const std::string_view hidden =
      bytes.substr(seal_nonce_bytes, bytes.size() - seal_nonce_bytes - tag_bytes);

  const Cipher context(EVP_CIPHER_CTX_new());
  std::string text(hidden.size(), '\0');
  unsigned char rest[tag_bytes];
  int length = 0;
  const bool right = context != nullptr &&
                     EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key),
                                        bytes_of(nonce)) == 1 &&
                     EVP_DecryptUpdate(context.get(), nullptr, &length, bytes_of(purpose),
                                       size_of(purpose)) == 1 &&
                     EVP_DecryptUpdate(context.get(), bytes_of(text), &length, bytes_of(hidden),
                                       size_of(hidden)) == 1 &&
                     EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG,
                                         static_cast<int>(tag_bytes), tag.data()) == 1 &&
                     EVP_DecryptFinal_ex(context.get(), rest, &length) == 1;
  if (!right) return std::nullopt;
  return text;
}

std::string keyed_token(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key.data(), size_of(key), bytes_of(text), text.size(), digest, &length) ==
      nullptr) {
    return "";
  }
  return hex_from_bytes({reinterpret_cast<const char*>(digest), length});
}

}  // namespace wattlife
