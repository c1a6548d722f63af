// SPDX-License-Identifier: EUPL-1.2
#include "collector/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace wattlife {

std::string sha256(std::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 &length, EVP_sha256(), nullptr) != 1) {
    return {};  // equal to no digest: same_digest() refuses empty ones
  }
  digest.resize(length);
  return digest;
}

bool same_digest(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wattlife
