// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/ingest_servers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "collector/digest.h"
#include "core/text.h"

namespace wattlife::bench {
namespace {

std::string file_of(int process, const char* name) {
  std::ifstream stream("/proc/" + std::to_string(process) + "/" + name);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Nanoseconds of each thread from the scheduler: the ticks of /proc/PID/stat are too coarse for a
// server that needs a hundredth of a second for a round.
double cpu_us_of(int process) {
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  double sum = 0;
  std::error_code failed;
  for (const auto& task : std::filesystem::directory_iterator(tasks, failed)) {
    std::ifstream stream(task.path() / "schedstat");
    double nanoseconds = 0;
    if (stream >> nanoseconds) sum += nanoseconds / 1000;
  }
  return sum;
}

double thread_cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto micros = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

}  // namespace

Result<ServerProcess> ServerProcess::start(const std::vector<std::string>& command,
                                           const std::string& log) {
  const int process = ::fork();
  if (process < 0) return Error{Cause::io, "fork"};
  if (process > 0) return ServerProcess(process);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  ::_exit(127);
}

double ServerProcess::cpu_us() const { return cpu_us_of(process_); }

int parent_of(int process) {
  const std::string stat = file_of(process, "stat");
  // The name in brackets may hold anything.
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string state;
  int parent = 0;
  fields >> state >> parent;
  return parent;
}

double cpu_us_of_children(int parent) {
  double sum = 0;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const auto process = integer_from(entry.path().filename().string());
    if (process && parent_of(static_cast<int>(*process)) == parent) {
      sum += cpu_us_of(static_cast<int>(*process));
    }
  }
  return sum;
}

std::int64_t ServerProcess::resident_bytes() const {
  std::istringstream fields(file_of(process_, "statm"));
  std::int64_t all = 0;
  std::int64_t resident = 0;
  fields >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

bool ServerProcess::until_listening(std::uint16_t port) const {
  for (int i = 0; i < 400; ++i) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const bool open =
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (open) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

int ServerProcess::ends_with() {
  if (process_ < 0) return 0;
  int status = 0;
  ::kill(process_, SIGTERM);
  ::waitpid(std::exchange(process_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

std::string nginx_configuration(const std::string& folder, const std::string& certificate,
                                const std::string& key, const std::string& client_authority,
                                const NginxPorts& ports) {
  const std::string tls =
      "    ssl_certificate " + certificate + ";\n    ssl_certificate_key " + key + ";\n";
  return "daemon off;\nmaster_process off;\npid " + folder + "/nginx.pid;\nerror_log " + folder +
         "/nginx.log;\nworker_rlimit_nofile 8192;\n"
         "events { worker_connections 8000; }\n"
         "http {\n  access_log off;\n  keepalive_requests 10000000;\n"
         "  client_body_temp_path " +
         folder + "/body;\n  proxy_temp_path " + folder + "/proxy;\n  fastcgi_temp_path " + folder +
         "/fastcgi;\n  uwsgi_temp_path " + folder + "/uwsgi;\n  scgi_temp_path " + folder +
         "/scgi;\n"
         "  ssl_protocols TLSv1.2 TLSv1.3;\n"
         "  server {\n    listen 127.0.0.1:" +
         std::to_string(ports.token) + " ssl;\n" + tls +
         "    return 204;\n  }\n"
         "  server {\n    listen 127.0.0.1:" +
         std::to_string(ports.mutual) + " ssl;\n" + tls + "    ssl_client_certificate " +
         client_authority + ";\n    ssl_verify_client on;\n    return 204;\n  }\n}\n";
}

std::string influx_configuration(const std::string& folder, std::uint16_t port,
                                 std::uint16_t own_port) {
  return "reporting-disabled = true\nbind-address = \"127.0.0.1:" + std::to_string(own_port) +
         "\"\n[meta]\n  dir = \"" + folder + "/meta\"\n[data]\n  dir = \"" + folder +
         "/data\"\n  wal-dir = \"" + folder +
         "/wal\"\n  index-version = \"tsi1\"\n  max-series-per-database = 0\n"
         "[http]\n  bind-address = \"127.0.0.1:" +
         std::to_string(port) + "\"\n  log-enabled = false\n[monitor]\n  store-enabled = false\n";
}

double raw_log_us(const std::string& path, const std::vector<std::string>& bodies,
                  std::size_t batch) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const double before = thread_cpu_us();
  std::string block;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    block += std::to_string(bodies[i].size()) + "\n" + sha256(bodies[i]) + bodies[i];
    if ((i + 1) % batch != 0 && i + 1 < bodies.size()) continue;
    if (::write(file, block.data(), block.size()) < 0 || ::fdatasync(file) != 0) break;
    block.clear();
  }
  const double after = thread_cpu_us();
  ::close(file);
  return (after - before) / static_cast<double>(bodies.size());
}

}  // namespace wattlife::bench
