// SPDX-License-Identifier: EUPL-1.2
// collector.toml as values, with an error for every word that is not known: a setting of sign-in
// that was mistyped and ignored would be an open door. Reading files is the caller's.
// docs/collector-sign-in.md is the manual.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collector/device_settings.h"
#include "collector/oidc.h"
#include "collector/retention_plan.h"
#include "core/result.h"
#include "platform/ip_address.h"

namespace wattlife {

// How people sign in. One way per collector: two would let one person be two subjects, and then
// propose and approve.
enum class SignInWay {
  open,   // nobody signs in: loopback only
  local,  // users of a file: loopback only
  openid,
  proxy,  // a reverse proxy says in headers who it is
};

const char* name_of(SignInWay way);  // "open", "local", "openid", "proxy"

struct ProxyHeaders {
  std::string subject = "x-wattlife-subject";
  std::string name = "x-wattlife-name";
  std::string roles = "x-wattlife-roles";                  // separated by commas
  std::string organisations = "x-wattlife-organisations";  // the same
};

struct SignInSettings {
  SignInWay way = SignInWay::open;
  std::string public_url;                // "https://wattlife.example.nl", without a path
  std::string session_key_file;          // 32 bytes in hexadecimal; made when it is not there
  std::string users_file;                // local
  OidcClient client;                     // openid; `secret` is read from secret_file
  std::string secret_file;               // openid
  ClaimMapping mapping;                  // openid and proxy
  std::string ca_bundle;                 // openid: roots instead of the system's
  std::string outgoing_proxy;            // openid: "", "system" or a proxy
  std::vector<IpNetwork> trusted_peers;  // proxy
  bool trusts_unix_socket = false;       // proxy: "unix" is among them
  ProxyHeaders headers;                  // proxy
};

struct CollectorSettings {
  SignInSettings sign_in;
  DeviceSettings devices;
  RetentionSettings retention;
};

// `name` is the file's, for messages; relative paths in it are from the file's folder.
// Errors: malformed, naming the file, the setting and what to do.
Result<CollectorSettings> collector_settings_from(std::string_view toml, const std::string& name);

// Whether a collector with this way of signing in may listen there. Without sign-in of the
// organisation only this machine may reach it, so only loopback, and no proxy before it, which
// would bring others in. `address` is an IP address, "localhost" or "unix:/path". Errors: denied,
// saying why and what to do; malformed (no address).
Done may_listen(std::string_view address, SignInWay way, bool behind_proxy = false);

}  // namespace wattlife
