// SPDX-License-Identifier: EUPL-1.2
#include "platform/service_manager_linux.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/text.h"

namespace wattlife {
namespace {

constexpr int first_inherited = 3;

bool listens(int descriptor) {
  int answer = 0;
  socklen_t size = sizeof answer;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &answer, &size) == 0 && answer != 0;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::optional<int> inherited_socket() {
  const auto process = integer_from(environment("LISTEN_PID"));
  const auto count = integer_from(environment("LISTEN_FDS"));
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (!process || *process != ::getpid() || !count || *count < 1) return std::nullopt;
  if (!listens(first_inherited)) return std::nullopt;
  ::fcntl(first_inherited, F_SETFD, FD_CLOEXEC);
  return first_inherited;
}

std::string credential_of(const std::string& path) {
  const std::string folder = environment("CREDENTIALS_DIRECTORY");
  const std::string name = std::filesystem::path(path).filename().string();
  if (folder.empty() || name.empty()) return "";
  const std::string given = (std::filesystem::path(folder) / name).string();
  std::error_code ignored;
  return std::filesystem::is_regular_file(given, ignored) ? given : "";
}

std::int64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::int64_t>(limit.rlim_cur);
}

void notify_service_manager(std::string_view state) {
  const std::string path = environment("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';  // a name without a file
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), size);
  ::close(socket);
}

}  // namespace wattlife
