// SPDX-License-Identifier: EUPL-1.2
#include "collector/local_users.h"

#include <algorithm>

#include "collector/digest.h"
#include "collector/oidc.h"
#include "core/text.h"
#include "platform/settings_file.h"

namespace wattlife {
namespace {

constexpr std::size_t longest_name = 64;

std::string value(const TomlRow& row, std::string_view key) {
  const auto found = row.find(key);
  return found == row.end() ? "" : found->second;
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> found;
  for (const std::string_view word : split(text, ' ')) {
    if (!word.empty()) found.emplace_back(word);
  }
  return found;
}

Result<LocalUser> user_from(const TomlRow& row, const std::string& where) {
  for (const auto& [key, text] : row) {
    if (key != "name" && key != "password" && key != "roles" && key != "organisations") {
      return Error{Cause::malformed, where + "key \"" + key + "\" is not known"};
    }
  }
  LocalUser user;
  user.name = value(row, "name");
  user.password_hash = value(row, "password");
  if (!is_user_name(user.name)) return Error{Cause::malformed, where + "is no name of a user"};
  for (const std::string& word : words(value(row, "roles"))) {
    const auto role = role_from(word);
    if (!role) {
      return Error{Cause::malformed, where + "\"" + word + "\" is no role"};
    }
    user.roles.insert(*role);
  }
  for (const std::string& word : words(value(row, "organisations"))) {
    if (!is_oin(word)) return Error{Cause::malformed, where + "an OIN has 20 digits"};
    user.oins.insert(word);
  }
  return user;
}

}  // namespace

bool is_user_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_';
         });
}

Result<std::vector<LocalUser>> users_from(std::string_view toml, std::string_view name) {
  const auto rows = toml_rows(toml, "user", name);
  if (!rows) return rows.error();
  std::vector<LocalUser> users;
  for (const TomlRow& row : *rows) {
    const std::string where = std::string(name) + ": user \"" + value(row, "name") + "\": ";
    auto user = user_from(row, where);
    if (!user) return user.error();
    if (find_user(users, user->name) != nullptr) {
      return Error{Cause::malformed, where + "is there twice"};
    }
    users.push_back(*std::move(user));
  }
  return users;
}

std::string to_toml(const std::vector<LocalUser>& users) {
  std::string text =
      "# Written by `wattlife-collector user`. Keep it readable by the collector only (0600).\n";
  for (const LocalUser& user : users) {
    text += "\n[[user]]\nname = \"" + user.name + "\"\nroles = \"" + roles_text(user.roles, ' ') +
            "\"\norganisations = \"" + oins_text(user.oins, ' ') + "\"\npassword = \"" +
            user.password_hash + "\"\n";
  }
  return text;
}

const LocalUser* find_user(const std::vector<LocalUser>& users, std::string_view name) {
  const auto found = std::find_if(users.begin(), users.end(),
                                  [&](const LocalUser& user) { return user.name == name; });
  return found == users.end() ? nullptr : &*found;
}

Person person_of(const LocalUser& user) {
  return {"lokaal " + user.name, user.name, user.roles, user.oins, SignedInBy::local_user};
}

std::string stamp_of(const LocalUser& user) {
  const std::string all =
      user.password_hash + "|" + roles_text(user.roles, ' ') + "|" + oins_text(user.oins, ' ');
  return hex_from_bytes(sha256(all)).substr(0, 16);
}

}  // namespace wattlife
