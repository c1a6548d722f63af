// SPDX-License-Identifier: EUPL-1.2
#include "collector/device_settings.h"

#include <algorithm>
#include <filesystem>

#include "collector/oidc.h"

namespace wattlife {
namespace {

constexpr std::string_view rule_prefix = "certificates.";
constexpr std::string_view rule_keys[] = {"issuer",  "organisation", "subject_oin",
                                          "subject", "confirms",     "subject_organisation"};

std::string value_of(const TomlRow& row, std::string_view key) {
  const auto found = row.find(key);
  return found == row.end() ? std::string() : found->second;
}

// What is wrong with a rule, in words; empty: nothing.
std::string problem_of(const CertificateRule& rule, const std::string& confirms) {
  if (rule.issuer.empty()) {
    return "issuer: is missing; `openssl x509 -noout -issuer -nameopt RFC2253` prints it";
  }
  if (!is_oin(rule.oin)) return "organisation: an OIN has 20 digits, in quotes";
  if (!rule.subject_oin.empty() && !is_oin(rule.subject_oin)) {
    return "subject_oin: an OIN has 20 digits, in quotes";
  }
  if (rule.subject_oin.empty() && rule.subject_organisation.empty() && rule.subject.empty()) {
    return "give subject_oin, subject_organisation or subject; when all certificates of this "
           "issuer are devices of the organisation, subject = \"*\"";
  }
  if (!confirms.empty() && confirms != "true" && confirms != "false") {
    return "confirms: is true or false";
  }
  return "";
}

}  // namespace

bool is_device_section(std::string_view section) {
  return section == certificates_section || section.starts_with(rule_prefix);
}

Result<DeviceSettings> device_settings_from(const TomlSections& sections, const std::string& name) {
  const auto wrong = [&](const std::string& what) {
    return Error{Cause::malformed, name + ": " + what};
  };
  DeviceSettings settings;
  std::filesystem::path key_file = "device.key";
  for (const auto& [section, row] : sections) {
    if (section == certificates_section) {
      for (const auto& [key, value] : row) {
        if (key != "key_file") return wrong("certificates." + key + ": this setting is not known");
        key_file = value;
      }
    }
    if (!section.starts_with(rule_prefix)) continue;
    for (const auto& setting : row) {
      const bool known = std::find(std::begin(rule_keys), std::end(rule_keys), setting.first) !=
                         std::end(rule_keys);
      if (!known) return wrong(section + "." + setting.first + ": this setting is not known");
    }
    const std::string confirms = value_of(row, "confirms");
    CertificateRule rule{section.substr(rule_prefix.size()),
                         value_of(row, "issuer"),
                         value_of(row, "subject_oin"),
                         value_of(row, "subject_organisation"),
                         value_of(row, "subject"),
                         value_of(row, "organisation"),
                         confirms == "true"};
    if (const std::string what = problem_of(rule, confirms); !what.empty()) {
      return wrong(section + "." + what);
    }
    settings.certificates.push_back(std::move(rule));
  }
  if (settings.certificates.empty() && sections.count(certificates_section) != 0) {
    return wrong(
        "[certificates]: without a section [certificates.NAME] no certificate is accepted");
  }
  if (key_file.is_relative()) key_file = std::filesystem::path(name).parent_path() / key_file;
  settings.key_file = key_file.string();
  return settings;
}

}  // namespace wattlife
