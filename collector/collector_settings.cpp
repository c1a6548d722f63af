// SPDX-License-Identifier: EUPL-1.2
#include "collector/collector_settings.h"

#include <algorithm>
#include <filesystem>

#include "core/text.h"
#include "platform/settings_file.h"

namespace wattlife {
namespace {

// A setting of [sign_in] and the ways that it goes with.
struct Known {
  std::string_view key;
  std::string_view ways;
};
constexpr Known known[] = {
    {"way", "local openid proxy"},
    {"public_url", "local openid proxy"},
    {"session_key_file", "local openid proxy"},
    {"users_file", "local"},
    {"issuer", "openid"},
    {"client_id", "openid"},
    {"client_authentication", "openid"},
    {"client_key_file", "openid"},
    {"client_secret_file", "openid"},
    {"scope", "openid"},
    {"acr_values", "openid"},
    {"role_claim", "openid"},
    {"organisation_claim", "openid"},
    {"name_claim", "openid"},
    {"ca_bundle", "openid"},
    {"outgoing_proxy", "openid"},
    {"trusted_peers", "proxy"},
    {"subject_header", "proxy"},
    {"name_header", "proxy"},
    {"roles_header", "proxy"},
    {"organisations_header", "proxy"},
};

// Reads all sections; the first thing that is wrong stays.
class Reader {
 public:
  Reader(const TomlSections& sections, const std::string& name)
      : sections_(sections), name_(name) {}

  SignInSettings settings;
  RetentionSettings retention;

  Done read() {
    check_sections();
    const bool signs_in = std::any_of(sections_.begin(), sections_.end(), [](const auto& section) {
      return section.first.starts_with("sign_in");
    });
    if (signs_in) read_sign_in();
    read_retention();
    return wrong_.empty() ? done() : Done(Error{Cause::malformed, name_ + ": " + wrong_});
  }

 private:
  void read_sign_in() {
    const std::string way = value("way");
    if (way == "local") settings.way = SignInWay::local;
    if (way == "openid") settings.way = SignInWay::openid;
    if (way == "proxy") settings.way = SignInWay::proxy;
    if (settings.way == SignInWay::open) {
      complain(
          "sign_in.way: is \"local\", \"openid\" or \"proxy\"; without sign-in, leave the "
          "whole section [sign_in] out");
    }
    check_keys(way);
    read_common();
    if (settings.way == SignInWay::local) settings.users_file = path("users_file", "users.toml");
    if (settings.way == SignInWay::openid) read_openid();
    if (settings.way == SignInWay::proxy) read_proxy();
    if (settings.way != SignInWay::local) read_mapping();
  }
  void read_retention() {
    for (const auto& [key, text] : row("retention")) {
      if (key == "daily") {
        retention.daily = text == "true";
        if (text != "true" && text != "false") complain("retention.daily: is true or false");
      } else if (key == "months") {
        const auto months = integer_from(text);
        if (!months || *months < 1 || *months > most_months_kept) {
          complain("retention.months: give 1 to " + std::to_string(most_months_kept));
        } else {
          retention.months = static_cast<int>(*months);
        }
      } else {
        complain("retention." + key + ": this setting is not known");
      }
    }
  }

  void complain(const std::string& text) {
    if (wrong_.empty()) wrong_ = text;
  }
  const TomlRow& row(std::string_view section) const {
    static const TomlRow none;
    const auto found = sections_.find(section);
    return found == sections_.end() ? none : found->second;
  }
  std::string value(std::string_view key, std::string_view otherwise = "") const {
    const TomlRow& all = row("sign_in");
    const auto found = all.find(key);
    return found == all.end() ? std::string(otherwise) : found->second;
  }
  std::vector<std::string> listed(std::string_view key) const {
    const std::string text = value(key);
    std::vector<std::string> list;
    if (text.empty()) return list;
    for (const std::string_view one : split(text, '\n')) list.emplace_back(one);
    return list;
  }
  std::string needed(std::string_view key) {
    std::string text = value(key);
    if (text.empty()) complain("sign_in." + std::string(key) + ": is missing");
    return text;
  }
  std::string path(std::string_view key, std::string_view otherwise) const {
    const std::filesystem::path given = value(key, otherwise);
    if (given.empty() || given.is_absolute()) return given.string();
    return (std::filesystem::path(name_).parent_path() / given).string();
  }

  void check_sections() {
    for (const auto& [section, keys] : sections_) {
      const bool ours = section == "sign_in" || section == "sign_in.roles" ||
                        section == "sign_in.organisations" || section == "retention" ||
                        is_device_section(section) || (section.empty() && keys.empty());
      if (!ours) {
        complain(section.empty() ? keys.begin()->first + ": is not known, or lacks its section"
                                 : "[" + section + "]: this section is not known");
      }
    }
  }
  void check_keys(const std::string& way) {
    for (const auto& setting : row("sign_in")) {
      const std::string& key = setting.first;
      const auto* found = std::find_if(std::begin(known), std::end(known),
                                       [&](const Known& one) { return one.key == key; });
      if (found == std::end(known)) {
        complain("sign_in." + key + ": this setting is not known");
      } else if (found->ways.find(way) == std::string_view::npos) {
        complain("sign_in." + key + ": does not go with way = \"" + way + "\"");
      }
    }
  }

  // "https://host" or "https://host:port".
  bool is_origin(const std::string& url) const {
    const std::string rest = url.starts_with("https://") ? url.substr(8) : "";
    return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
             c == '[' || c == ']';
    });
  }

  void read_common() {
    settings.public_url = value("public_url");
    const bool may_be_empty = settings.way == SignInWay::local;
    if (!(may_be_empty && settings.public_url.empty()) && !is_origin(settings.public_url)) {
      complain(
          "sign_in.public_url: give the address that people see, in small letters and without "
          "a path: \"https://wattlife.example.nl\"");
    }
    settings.session_key_file = path("session_key_file", "session.key");
  }

  void read_openid() {
    OidcClient& client = settings.client;
    client.issuer = needed("issuer");
    if (!client.issuer.starts_with("https://")) {
      complain("sign_in.issuer: begins with https://, exactly as the provider writes it");
    }
    client.client_id = needed("client_id");
    client.redirect_uri = settings.public_url + "/aanmelden/terug";
    client.scope = value("scope", "openid");
    const auto scopes = split(client.scope, ' ');
    if (std::find(scopes.begin(), scopes.end(), "openid") == scopes.end()) {
      complain("sign_in.scope: must hold openid");
    }
    client.acr_values = listed("acr_values");
    read_client_authentication();
    settings.mapping.names = {value("role_claim", "roles"), value("organisation_claim", "oin"),
                              value("name_claim", "name")};
    settings.ca_bundle = path("ca_bundle", "");
    settings.outgoing_proxy = value("outgoing_proxy");
  }

  void read_client_authentication() {
    const std::string how = value("client_authentication", "private_key_jwt");
    const bool by_secret = how == "client_secret_basic";
    if (!by_secret && how != "private_key_jwt") {
      complain("sign_in.client_authentication: is \"private_key_jwt\" or \"client_secret_basic\"");
    }
    if (by_secret) settings.client.authentication = ClientAuthentication::client_secret_basic;
    const std::string_view key = by_secret ? "client_secret_file" : "client_key_file";
    const std::string_view other = by_secret ? "client_key_file" : "client_secret_file";
    needed(key);
    if (!value(other).empty()) {
      complain("sign_in." + std::string(other) + ": does not go with client_authentication = \"" +
               how + "\"");
    }
    settings.secret_file = path(key, "");
  }

  void read_proxy() {
    needed("trusted_peers");
    for (const std::string& text : listed("trusted_peers")) {
      if (text == "unix") {
        settings.trusts_unix_socket = true;
        continue;
      }
      const auto network = ip_network_from(text);
      if (network) {
        settings.trusted_peers.push_back(*network);
      } else {
        complain("sign_in.trusted_peers: \"" + text +
                 "\" is no address or network like \"10.1.2.0/24\"");
      }
    }
    const auto header = [&](std::string_view key, std::string& name) {
      const std::string given = lower_case(value(key, name));
      const bool right = !given.empty() && std::all_of(given.begin(), given.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
      if (!right) complain("sign_in." + std::string(key) + ": is no name of a header");
      name = given;
    };
    header("subject_header", settings.headers.subject);
    header("name_header", settings.headers.name);
    header("roles_header", settings.headers.roles);
    header("organisations_header", settings.headers.organisations);
  }

  void read_mapping() {
    for (const auto& [text, name] : row("sign_in.roles")) {
      const auto role = role_from(name);
      if (role) {
        settings.mapping.roles[text] = *role;
      } else {
        complain("sign_in.roles.\"" + text + "\": \"" + name +
                 "\" is no role; there are beheerder, indiener, goedkeurder, drz-planner, auditor, "
                 "rijksbreed");
      }
    }
    if (settings.mapping.roles.empty()) {
      complain("[sign_in.roles]: say which value gives which role; without it nobody gets in");
    }
    for (const auto& [text, oin] : row("sign_in.organisations")) {
      if (!is_oin(oin)) {
        complain("sign_in.organisations.\"" + text + "\": an OIN has 20 digits, in quotes");
      }
      settings.mapping.organisations[text] = oin;
    }
  }

  const TomlSections& sections_;
  std::string name_;
  std::string wrong_;
};

}  // namespace

const char* name_of(SignInWay way) {
  switch (way) {
    case SignInWay::open:
      return "open";
    case SignInWay::local:
      return "local";
    case SignInWay::openid:
      return "openid";
    case SignInWay::proxy:
      return "proxy";
  }
  return "";
}

Result<CollectorSettings> collector_settings_from(std::string_view toml, const std::string& name) {
  const auto sections = toml_sections(toml, name);
  if (!sections) return sections.error();
  auto devices = device_settings_from(*sections, name);
  if (!devices) return devices.error();
  Reader reader(*sections, name);
  if (const Done read = reader.read(); !read) return read.error();
  return CollectorSettings{std::move(reader.settings), *std::move(devices), reader.retention};
}

Done may_listen(std::string_view address, SignInWay way, bool behind_proxy) {
  const bool by_unix_socket = address.starts_with("unix:");
  const auto parsed = ip_address_from(address == "localhost" ? "127.0.0.1" : address);
  if (!parsed && !by_unix_socket) {
    return Error{Cause::malformed, std::string(address) +
                                       ": is not an address; give 127.0.0.1, ::1, or the address "
                                       "of a network card"};
  }
  if (way == SignInWay::openid || way == SignInWay::proxy) return done();
  if (!behind_proxy && !by_unix_socket && is_loopback(*parsed)) return done();
  const std::string why = way == SignInWay::open
                              ? "anyone who can reach it could read the page: nobody signs in"
                              : "local users are for this machine only";
  return Error{Cause::denied,
               std::string(address) + (behind_proxy ? " behind a proxy" : "") + ": not served, " +
                   why +
                   "; use 127.0.0.1 or ::1 without a proxy, or set up sign-in by your organisation "
                   "in --config (docs/collector-sign-in.md)"};
}

}  // namespace wattlife
