// SPDX-License-Identifier: EUPL-1.2
// Users of a file, for a collector that listens on loopback only: a first try, a small pilot, or
// maintenance when the provider of identities is down. A TOML file of mode 0600, written by
// `wattlife-collector user`; passwords as password.h keeps them. Pure: text in, text out.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/access.h"
#include "core/result.h"

namespace wattlife {

struct LocalUser {
  std::string name;  // small letters, digits, ".-_"; at most 64
  std::string password_hash;
  std::set<Role> roles;
  std::set<std::string> oins;
  friend bool operator==(const LocalUser&, const LocalUser&) = default;
};

inline constexpr std::size_t largest_users_file = std::size_t{256} * 1024;

// Errors: malformed, naming the file and the user.
Result<std::vector<LocalUser>> users_from(std::string_view toml, std::string_view name);
std::string to_toml(const std::vector<LocalUser>& users);

bool is_user_name(std::string_view name);
const LocalUser* find_user(const std::vector<LocalUser>& users, std::string_view name);

Person person_of(const LocalUser& user);
// Changes with the password, the roles and the organisations.
std::string stamp_of(const LocalUser& user);

}  // namespace wattlife
