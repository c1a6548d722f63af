// SPDX-License-Identifier: EUPL-1.2
// Answers every request of HTTP/1.1 with 200 and keeps it as it came: what a proxy passes on.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/text.h"

namespace wattlife::e2e {

class RecordingServer {
 public:
  RecordingServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_, 64);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  RecordingServer(const RecordingServer&) = delete;
  RecordingServer& operator=(const RecordingServer&) = delete;
  ~RecordingServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }

  int port() const { return port_; }
  // The header of the last request whose first line holds `path`, names in lower case.
  std::string last(const std::string& path) {
    const std::lock_guard lock(mutex_);
    for (auto one = requests_.rbegin(); one != requests_.rend(); ++one) {
      if (one->substr(0, one->find("\r\n")).find(path) != std::string::npos) return *one;
    }
    return "";
  }

 private:
  void keep(std::string header) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(header));
  }
  void serve() {
    while (true) {
      const int client = ::accept(socket_, nullptr, nullptr);
      if (client < 0) return;
      const timeval patience{5, 0};
      ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      std::string bytes;
      char buffer[8192];
      while (bytes.find("\r\n\r\n") == std::string::npos) {
        const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
        if (count <= 0) break;
        bytes.append(buffer, static_cast<std::size_t>(count));
      }
      keep(lower_case(bytes.substr(0, bytes.find("\r\n\r\n") + 2)));
      const std::string answer =
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::shutdown(client, SHUT_WR);
      while (::recv(client, buffer, sizeof buffer, 0) > 0) continue;
      ::close(client);
    }
  }

  int socket_;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace wattlife::e2e
