// SPDX-License-Identifier: EUPL-1.2
#include "platform/service_manager_linux.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

TEST(ServiceManager, takes_a_socket_only_when_it_is_meant_for_this_process) {
  EXPECT_FALSE(inherited_socket());
  ::setenv("LISTEN_PID", std::to_string(::getpid() + 1).c_str(), 1);
  ::setenv("LISTEN_FDS", "1", 1);
  EXPECT_FALSE(inherited_socket());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);  // nobody after us takes it for theirs
  for (const char* nonsense : {"", "x", "0", "-1"}) {
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", nonsense, 1);
    EXPECT_FALSE(inherited_socket()) << nonsense;
  }
}

TEST(ServiceManager, a_credential_is_found_by_its_name_alone) {
  const TemporaryFolder folder;
  std::ofstream(folder / "server.key") << "key";
  std::filesystem::create_directory(folder / "a-folder");
  EXPECT_EQ(credential_of("/etc/x/server.key"), "");
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  EXPECT_EQ(credential_of("/etc/x/server.key"), folder / "server.key");
  EXPECT_EQ(credential_of("server.key"), folder / "server.key");
  for (const char* none : {"other.key", "", "/etc/x/", "/etc/x/..", "a-folder"}) {
    EXPECT_EQ(credential_of(none), "") << none;
  }
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST(ServiceManager, says_how_it_goes) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/notify";
  const int receiver = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(::bind(receiver, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_service_manager("READY=1");
  char buffer[64];
  const ssize_t count = ::recv(receiver, buffer, sizeof buffer, MSG_DONTWAIT);
  ASSERT_GT(count, 0);
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(count)), "READY=1");
  ::close(receiver);
  ::unsetenv("NOTIFY_SOCKET");
  notify_service_manager("READY=1");  // nobody listens: nothing happens
}

TEST(ServiceManager, descriptors_are_raised_to_what_is_allowed) {
  const std::int64_t raised = raise_descriptor_limit();
  EXPECT_GE(raised, 256);
  EXPECT_EQ(raise_descriptor_limit(), raised);
}

}  // namespace
}  // namespace wattlife
