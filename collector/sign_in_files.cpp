// SPDX-License-Identifier: EUPL-1.2
#include "collector/sign_in_files.h"

#include <filesystem>
#include <system_error>

#include "collector/seal.h"
#include "core/text.h"
#include "platform/http_client.h"
#include "platform/process.h"
#include "platform/service_manager_linux.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_settings = std::size_t{256} * 1024;
constexpr std::size_t largest_secret = std::size_t{16} * 1024;
// A provider that is slow holds up all that the collector does.
constexpr int connect_timeout_s = 3;
constexpr int total_timeout_s = 6;

bool closed_to_others(const std::string& path) {
  std::error_code failed;
  const auto permissions = fs::status(path, failed).permissions();
  constexpr auto others = fs::perms::group_all | fs::perms::others_all;
  return !failed && (permissions & others) == fs::perms::none;
}

HttpOptions http_options(const SignInSettings& settings) {
  HttpOptions options;
  options.ca_bundle_path = settings.ca_bundle;
  options.proxy = settings.outgoing_proxy;
  options.connect_timeout_s = connect_timeout_s;
  options.total_timeout_s = total_timeout_s;
  options.peer = "the sign-in provider";
  options.address_setting = "sign_in.issuer";
  options.ca_setting = "sign_in.ca_bundle";
  options.proxy_settings = "sign_in.outgoing_proxy";
  return options;
}

}  // namespace

Result<CollectorSettings> read_collector_settings(const std::string& path) {
  if (path.empty()) return CollectorSettings{};
  const auto text = read_file(path, largest_settings);
  if (!text) return text.error();
  return collector_settings_from(*text, path);
}

Result<std::string> own_key(const std::string& path) {
  const std::string place = or_credential(path);
  std::error_code ignored;
  if (!fs::exists(place, ignored)) {
    const Done made = make_session_key(place);
    if (!made && !fs::exists(place, ignored)) {
      return Error{made.error().cause,
                   place + ": is not there, and cannot be made by this account (" +
                       made.error().text +
                       "); make it with `wattlife-collector sign-in session-key`, for a service of "
                       "systemd as a credential in /etc/credstore"};
    }
  }
  const auto text = read_secret_file(place);
  if (!text) return text.error();
  auto key = bytes_from_hex(trimmed(*text));
  if (!key || key->size() != seal_key_bytes) {
    return Error{Cause::malformed,
                 place + ": is no key; make one with `wattlife-collector sign-in session-key`"};
  }
  return *std::move(key);
}

Result<CertificateMode> certificate_mode(const DeviceSettings& settings) {
  CertificateMode mode{settings.certificates, ""};
  if (mode.rules.empty()) return mode;
  auto key = own_key(settings.key_file);
  if (!key) return key.error();
  mode.key = *std::move(key);
  return mode;
}

std::string or_credential(const std::string& path) {
  const std::string given = credential_of(path);
  return given.empty() ? path : given;
}

Result<std::string> read_secret_file(const std::string& path) {
  const std::string place = or_credential(path);
  const auto text = read_file(place, largest_secret);
  if (!text) return text.error();
  // systemd lets only us read a credential, by an access list, which shows as a mode of 0440.
  const bool is_credential = !credential_of(path).empty();
  if (!is_credential && !closed_to_others(place)) {
    return Error{Cause::denied, place + ": others can read it; chmod 0600 it"};
  }
  return *text;
}

std::string random_secret(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  fill_random(bytes);
  return std::string(bytes.begin(), bytes.end());
}

Done make_session_key(const std::string& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) return Error{Cause::denied, path + ": is there already"};
  // Whole under a name of its own, and then under its real one, unless another collector that
  // starts in the same moment was first: then all go by that one's.
  const std::string own = path + "." + hex_from_bytes(random_secret(8));
  const Done written =
      write_file_atomically(own, hex_from_bytes(random_secret(seal_key_bytes)) + "\n", 0600);
  if (!written) return written;
  std::error_code failed;
  fs::create_hard_link(own, path, failed);
  fs::remove(own, ignored);
  if (!failed || failed == std::errc::file_exists) return done();
  return Error{Cause::io, path + ": cannot be made: " + failed.message()};
}

Result<std::vector<LocalUser>> read_users(const std::string& path) {
  const auto text = read_file(path, largest_users_file);
  if (!text && text.error().cause == Cause::absent) return std::vector<LocalUser>();
  if (!text) return text.error();
  if (!closed_to_others(path)) {
    return Error{Cause::denied, path + ": others can read it; chmod 0600 it"};
  }
  return users_from(*text, path);
}

Done write_users(const std::string& path, const std::vector<LocalUser>& users) {
  return write_file_atomically(path, to_toml(users), 0600);
}

Result<SignInParts> sign_in_parts(const SignInSettings& settings) {
  SignInParts parts;
  parts.settings = settings;
  parts.random = random_secret;
  if (settings.way == SignInWay::open) return parts;
  auto key = own_key(settings.session_key_file);
  if (!key) return key.error();
  parts.seal_key = *std::move(key);
  if (settings.way == SignInWay::local) {
    parts.users = [path = settings.users_file] { return read_users(path); };
    if (const auto users = parts.users(); !users) return users.error();
  }
  if (settings.way == SignInWay::openid) {
    const auto secret = read_secret_file(settings.secret_file);
    if (!secret) return secret.error();
    parts.settings.client.secret = std::string(trimmed(*secret));
    const HttpOptions options = http_options(settings);
    parts.get = [options](const HttpRequest& request) { return get(request, options); };
    parts.post = [options](const HttpRequest& request) { return post(request, options); };
  }
  return parts;
}

}  // namespace wattlife
