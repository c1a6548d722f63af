// SPDX-License-Identifier: EUPL-1.2
// One request without TLS, over TCP or a unix socket, as a proxy or Prometheus sends it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace wattlife::testing {

// The whole answer, until the other side closes; empty when nobody answers.
inline std::string plain_exchange(const sockaddr* address, socklen_t size,
                                  const std::string& bytes) {
  const int socket = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{20, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string answer;
  if (::connect(socket, address, size) == 0 &&
      ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) {
    char buffer[4096];
    for (ssize_t count = 1; count > 0;) {
      count = ::recv(socket, buffer, sizeof buffer, 0);
      if (count > 0) answer.append(buffer, static_cast<std::size_t>(count));
    }
  }
  ::close(socket);
  return answer;
}
inline std::string plain_exchange(std::uint16_t port, const std::string& bytes) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return plain_exchange(reinterpret_cast<const sockaddr*>(&address), sizeof address, bytes);
}

}  // namespace wattlife::testing
