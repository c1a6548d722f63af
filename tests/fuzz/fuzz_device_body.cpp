// SPDX-License-Identifier: EUPL-1.2
// Compressed bodies, and certificates in the header of a proxy.
#include "collector/tls_certificate.h"
#include "collector/zstd_body.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view bytes = fuzz::text_of(data, size);
  constexpr std::size_t most = 4096;
  const auto plain = decompressed(bytes, most);
  if (plain) {
    require(plain->size() <= most);
  } else {
    require(plain.error().cause == Cause::malformed || plain.error().cause == Cause::denied);
  }
  const X509Owner certificate = certificate_from_header(bytes);
  if (certificate) {
    const auto facts = facts_of(certificate.get(), CertificateStanding::unusable);
    if (facts) require(facts->digest.size() == 32);
  }
  return 0;
}
