// SPDX-License-Identifier: EUPL-1.2
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "platform/account.h"

namespace wattlife {
namespace {

constexpr std::size_t largest_entry_bytes = 16 * 1024;

std::string name_of_user(uid_t user) {
  std::vector<char> room(largest_entry_bytes);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::to_string(user);
  }
  return found->pw_name;
}

}  // namespace

std::string account_name() {
  const uid_t user = ::getuid();
  std::string name = name_of_user(user);
  // Anybody can set the variable; only what root has in it was put there by sudo, or by root.
  const char* before = user == 0 ? std::getenv("SUDO_USER") : nullptr;
  if (before != nullptr && *before != '\0') name += " sudo:" + std::string(before);
  return name;
}

}  // namespace wattlife
