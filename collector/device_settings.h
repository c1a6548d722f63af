// SPDX-License-Identifier: EUPL-1.2
// The part of collector.toml about certificates of devices: [certificates] and, for each authority
// and organisation, [certificates.NAME]. docs/deploy/collector.md is the manual.
#pragma once

#include <string>
#include <vector>

#include "collector/certificate_mode.h"
#include "core/result.h"
#include "platform/settings_file.h"

namespace wattlife {

struct DeviceSettings {
  std::vector<CertificateRule> certificates;  // empty: token mode only
  std::string key_file;                       // 32 bytes in hexadecimal; made when it is not there
};

inline constexpr std::string_view certificates_section = "certificates";
// Whether a section of the file is one of these.
bool is_device_section(std::string_view section);

// `name` is the file's, for messages; a relative path is from its folder. A rule without a
// condition on the subject, or without an organisation, is an error: one that was forgotten would
// be an open door. Errors: malformed, naming the file, the setting and what to do.
Result<DeviceSettings> device_settings_from(const TomlSections& sections, const std::string& name);

}  // namespace wattlife
