// SPDX-License-Identifier: EUPL-1.2
#include "collector/certificate_mode.h"

#include <algorithm>

#include "collector/seal.h"
#include "core/text.h"

namespace wattlife {
namespace {

bool fits(const CertificateRule& rule, const PeerCertificate& certificate) {
  const auto holds = [](const std::string& wanted, const std::string& found) {
    return wanted.empty() || wanted == found;
  };
  const bool limited =
      !rule.subject.empty() || !rule.subject_oin.empty() || !rule.subject_organisation.empty();
  return limited && !rule.issuer.empty() && rule.issuer == certificate.issuer &&
         holds(rule.subject_oin, certificate.subject_serial_number) &&
         holds(rule.subject_organisation, certificate.subject_organisation) &&
         (rule.subject.empty() || fits_pattern(certificate.subject, rule.subject));
}

}  // namespace

const CertificateRule* rule_for(const std::vector<CertificateRule>& rules,
                                const PeerCertificate& certificate) {
  const CertificateRule* found = nullptr;
  for (const CertificateRule& rule : rules) {
    if (!fits(rule, certificate)) continue;
    if (found != nullptr && found->oin != rule.oin) return nullptr;
    // Of two rules of one organisation the one that asks for a person counts.
    if (found == nullptr || !rule.confirms) found = &rule;
  }
  return found;
}

std::string key_hash_of(std::string_view key, std::string_view oin, std::string_view public_key) {
  if (key.size() != seal_key_bytes || public_key.empty()) return {};
  const std::string text =
      "wattlife device key " + std::string(oin) + " " + std::string(public_key);
  return bytes_from_hex(keyed_token(key, text)).value_or("");
}

bool fits_pattern(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t after_star = std::string_view::npos;
  std::size_t star_takes_to = 0;
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      after_star = ++in_pattern;
      star_takes_to = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[at]) {
      ++in_pattern;
      ++at;
    } else if (after_star != std::string_view::npos) {
      in_pattern = after_star;
      // Past a whole escape: a comma in a name (`\,`) is not the comma after it.
      star_takes_to += text[star_takes_to] == '\\' ? 2 : 1;
      at = star_takes_to = std::min(star_takes_to, text.size());
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

}  // namespace wattlife
