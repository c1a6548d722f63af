// SPDX-License-Identifier: EUPL-1.2
// The servers that are measured, each a process of its own in a folder of its own, and what a
// process has cost.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"

namespace wattlife::bench {

class ServerProcess {
 public:
  // Starts `program` with its output in `log`; ends it (SIGTERM) when this ends.
  static Result<ServerProcess> start(const std::vector<std::string>& command,
                                     const std::string& log);
  ServerProcess(ServerProcess&& other) noexcept : process_(std::exchange(other.process_, -1)) {}
  ServerProcess& operator=(ServerProcess&&) = delete;
  ~ServerProcess() { ends_with(); }

  double cpu_us() const;  // user and system of all its threads that live
  std::int64_t resident_bytes() const;
  bool until_listening(std::uint16_t port) const;  // false: not within 20 seconds
  int ends_with();  // asks it to end; its exit code, below zero for a signal

 private:
  explicit ServerProcess(int process) : process_(process) {}
  int process_;
};

// CPU of all processes that `parent` started and that live: of a server that starts one for each
// connection.
double cpu_us_of_children(int parent);
int parent_of(int process);

std::uint16_t free_port();

struct NginxPorts {
  std::uint16_t token = 0;
  std::uint16_t mutual = 0;
};
// nginx that only answers 204: one port for tokens, one that asks for a client certificate;
// tickets, session cache and the rest are as Debian ships them.
std::string nginx_configuration(const std::string& folder, const std::string& certificate,
                                const std::string& key, const std::string& client_authority,
                                const NginxPorts& ports);
std::string influx_configuration(const std::string& folder, std::uint16_t port,
                                 std::uint16_t own_port);

// Appends each body with its length and checksum to a file, flushed once per `batch`: what durable
// means without any database. CPU microseconds of this thread per body.
double raw_log_us(const std::string& path, const std::vector<std::string>& bodies,
                  std::size_t batch);

}  // namespace wattlife::bench
