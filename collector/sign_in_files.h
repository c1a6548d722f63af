// SPDX-License-Identifier: EUPL-1.2
// What signing in needs from disk and network: collector.toml, the key of the cookies, secrets, the
// file of users, the provider. Everything that is secret must be closed to others, or it is
// refused.
#pragma once

#include <string>
#include <vector>

#include "collector/collector_settings.h"
#include "collector/local_users.h"
#include "collector/sign_in.h"
#include "core/result.h"

namespace wattlife {

// The settings in the file; without a path those of an open collector.
// Errors: absent, denied, malformed, io.
Result<CollectorSettings> read_collector_settings(const std::string& path);

// `path`, or the file of the same name that systemd laid ready (LoadCredential=).
std::string or_credential(const std::string& path);

// A file that only its owner (or systemd, for one in $CREDENTIALS_DIRECTORY) can read. A file of
// the same name in $CREDENTIALS_DIRECTORY is taken instead.
// Errors: absent, denied (others can read it), malformed, io.
Result<std::string> read_secret_file(const std::string& path);

// Random bytes of the system.
std::string random_secret(std::size_t count);
// A key of this collector's own (32 bytes in hexadecimal), made when it is not there. Collectors
// that share a database share it. Errors: as read_secret_file().
Result<std::string> own_key(const std::string& path);
// What device certificates need: rules and the key, which is only asked for when there are rules.
Result<CertificateMode> certificate_mode(const DeviceSettings& settings);
// Writes a new key of the cookies, mode 0600. Errors: denied (it is already there), io.
Done make_session_key(const std::string& path);

// No file is no users yet.
Result<std::vector<LocalUser>> read_users(const std::string& path);
Done write_users(const std::string& path, const std::vector<LocalUser>& users);

// All of it together, ready to serve; makes the key of the cookies when it is not there.
Result<SignInParts> sign_in_parts(const SignInSettings& settings);

}  // namespace wattlife
