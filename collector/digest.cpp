// SPDX-License-Identifier: EUPL-1.2
#include "collector/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace wattlife {

std::string sha256(std::string_view bytes) {
  // Looked up once and never given back: a look-up costs more than the digest of a short text.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  if (algorithm == nullptr ||
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 &length, algorithm, nullptr) != 1) {
    return {};  // equal to no digest: same_digest() refuses empty ones
  }
  digest.resize(length);
  return digest;
}

bool same_digest(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wattlife
