// SPDX-License-Identifier: EUPL-1.2
// Any text in the place of ClientCertificateSelector: a selector that makes sense, or an error. No
// PIN may come through, into a selector or into a message.
#include "core/certificate_choice.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view text = fuzz::text_of(data, size);
  const Result<CertificateSelector> selector = certificate_selector_from(text);
  if (!selector) {
    require(selector.error().cause == Cause::malformed);
    return 0;
  }
  if (selector->kind == CertificateSelector::Kind::store) {
    require(selector->place.empty());
    // A filter that lets everything through would show whatever certificate there is.
    require(!selector->issuer.empty() || !selector->subject.empty() ||
            !selector->thumbprint.empty());
    require(selector->thumbprint.empty() || selector->thumbprint.size() == 40);
  } else {
    require(!selector->place.empty());
  }
  if (selector->kind == CertificateSelector::Kind::token) {
    require(lower_case(selector->place).find("pin-value") == std::string::npos);
  }
  const CertificateChoice choice = chosen_certificate({}, *selector, UtcTime{});
  require(!choice.certificate && choice.trouble == CertificateTrouble::not_found);
  return 0;
}
