// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/ingest_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "platform/stopwatch.h"

namespace wattlife::bench {
namespace {

using Ticks = std::chrono::nanoseconds;

SSL_CTX* context_for(const Endpoint& endpoint) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (!endpoint.certificate_path.empty()) {
    SSL_CTX_use_certificate_file(context, endpoint.certificate_path.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context, endpoint.key_path.c_str(), SSL_FILETYPE_PEM);
  }
  return context;
}

class Connection {
 public:
  Connection(const Endpoint& endpoint, SSL_CTX* context) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int at_once = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (!open_ || !endpoint.tls) return;
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, socket_);
    open_ = SSL_connect(ssl_) == 1;
  }
  ~Connection() {
    if (ssl_ != nullptr && open_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends one and reads its answer to the end. The status; 0 when the connection is gone.
  int exchange(const std::string& request) {
    if (!open_ || !put(request)) return close();
    std::string answer;
    std::size_t end = std::string::npos;
    while (end == std::string::npos) {
      if (!get(answer)) return close();
      end = answer.find("\r\n\r\n");
    }
    const std::size_t at = answer.find("Content-Length: ");
    const std::size_t body = at < end ? std::stoul(answer.substr(at + 16, 10)) : 0;
    while (answer.size() < end + 4 + body) {
      if (!get(answer)) return close();
    }
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
  }

 private:
  int close() {
    open_ = false;
    return 0;
  }
  bool put(const std::string& bytes) {
    const auto size = static_cast<int>(bytes.size());
    return ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), size) == size
                           : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == size;
  }
  bool get(std::string& answer) {
    char buffer[4096];
    const auto count = ssl_ != nullptr
                           ? SSL_read(ssl_, buffer, sizeof buffer)
                           : static_cast<int>(::recv(socket_, buffer, sizeof buffer, 0));
    if (count > 0) answer.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  int socket_ = -1;
  SSL* ssl_ = nullptr;
  bool open_ = false;
};

struct Share {
  std::size_t failed = 0;
  std::vector<double> latencies_ms;
};

double milliseconds(Ticks ticks) {
  return std::chrono::duration<double, std::milli>(ticks).count();
}

void send_list(const Endpoint& endpoint, SSL_CTX* context, const std::vector<std::string>& requests,
               bool new_connections, Ticks first, Ticks interval, Share& share) {
  std::unique_ptr<Connection> connection;
  Ticks due = first;
  for (const std::string& request : requests) {
    if (interval.count() > 0) {
      const Ticks left = due - ticks();
      if (left.count() > 0) std::this_thread::sleep_for(left);
    }
    const Ticks began = interval.count() > 0 ? due : ticks();
    due += interval;
    if (!connection) connection = std::make_unique<Connection>(endpoint, context);
    const int status = connection->exchange(request);
    if (status >= 200 && status < 300) {
      share.latencies_ms.push_back(milliseconds(ticks() - began));
    } else {
      ++share.failed;
    }
    if (new_connections || status == 0) connection.reset();
  }
}

}  // namespace

double LoadResult::latency(double share) const {
  if (latencies_ms.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(latencies_ms.size()));
  return latencies_ms[std::min(at, latencies_ms.size() - 1)];
}

LoadResult send_all(const Endpoint& endpoint, const std::vector<std::vector<std::string>>& lists,
                    bool new_connections, double per_second) {
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX* context = context_for(endpoint);
  std::vector<Share> shares(lists.size());
  std::vector<std::thread> threads;
  const Ticks between{per_second > 0 ? static_cast<std::int64_t>(1e9 / per_second) : 0};
  const Ticks interval = between * static_cast<std::int64_t>(lists.size());
  const Ticks began = ticks();
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const Ticks first = began + between * static_cast<std::int64_t>(i);
    threads.emplace_back([&, i, first] {
      send_list(endpoint, context, lists[i], new_connections, first, interval, shares[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  LoadResult result;
  result.seconds = milliseconds(ticks() - began) / 1000;
  for (const Share& share : shares) {
    result.failed += share.failed;
    result.latencies_ms.insert(result.latencies_ms.end(), share.latencies_ms.begin(),
                               share.latencies_ms.end());
  }
  std::sort(result.latencies_ms.begin(), result.latencies_ms.end());
  result.answered = result.latencies_ms.size();
  SSL_CTX_free(context);
  return result;
}

struct IdleConnections::Held {
  SSL_CTX* context = nullptr;
  std::vector<std::unique_ptr<Connection>> connections;
};

IdleConnections::IdleConnections(const Endpoint& endpoint, std::size_t count,
                                 const std::string& request)
    : held_(std::make_unique<Held>()) {
  held_->context = context_for(endpoint);
  for (std::size_t i = 0; i < count; ++i) {
    auto connection = std::make_unique<Connection>(endpoint, held_->context);
    if (connection->exchange(request) != 0) held_->connections.push_back(std::move(connection));
  }
}

IdleConnections::~IdleConnections() {
  held_->connections.clear();
  SSL_CTX_free(held_->context);
}

std::size_t IdleConnections::count() const { return held_->connections.size(); }

}  // namespace wattlife::bench
