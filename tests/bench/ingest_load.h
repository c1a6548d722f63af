// SPDX-License-Identifier: EUPL-1.2
// Clients for measuring: threads that send prepared requests and time each answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wattlife::bench {

struct Endpoint {
  std::uint16_t port = 0;
  bool tls = true;
  std::string certificate_path;  // of the client; empty: none
  std::string key_path;
};

struct LoadResult {
  std::size_t answered = 0;  // with 2xx
  std::size_t failed = 0;
  double seconds = 0;
  std::vector<double> latencies_ms;  // sorted
  double latency(double share) const;
};

// One thread for each list of requests. `new_connections`: one for every request, otherwise each
// thread keeps its own. `per_second` above 0 is an open loop over all threads: latencies count from
// the moment a request was due.
LoadResult send_all(const Endpoint& endpoint, const std::vector<std::vector<std::string>>& lists,
                    bool new_connections, double per_second = 0);

// Idle TLS connections that have each sent `request` once.
class IdleConnections {
 public:
  IdleConnections(const Endpoint& endpoint, std::size_t count, const std::string& request);
  ~IdleConnections();
  IdleConnections(const IdleConnections&) = delete;
  IdleConnections& operator=(const IdleConnections&) = delete;
  std::size_t count() const;

 private:
  struct Held;
  std::unique_ptr<Held> held_;
};

}  // namespace wattlife::bench
