// SPDX-License-Identifier: EUPL-1.2
// ./dev bench ingest: what the collector costs per report, beside nginx that only answers, a log
// without a database, and InfluxDB, in one interleaved run. The goals are G-A1 to G-A8 of the
// design. A second collector keeps the same reports in PostgreSQL. Trust the CPU time of each
// server process; wall times depend on who else is at work.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>

#include "collector/certificate.h"
#include "core/text.h"
#include "platform/process.h"
#include "platform/service_manager_linux.h"
#include "platform/stopwatch.h"
#include "tests/bench/ingest_load.h"
#include "tests/bench/ingest_reports.h"
#include "tests/bench/ingest_servers.h"
#include "tests/bench/store_growth.h"
#include "tests/collector/client_certificates.h"
#include "tests/collector/postgres.h"

namespace {

using namespace wattlife;
using namespace wattlife::bench;

constexpr std::size_t connections = 64;
constexpr std::size_t idle_connections = 2000;

struct Wishes {
  int rounds = 3;
  std::size_t reports = 6000;          // per round, kept alive
  std::size_t new_connections = 1500;  // per round
  double open_seconds = 15;
  std::size_t devices = 5400;
  std::size_t growth = 100'000;  // devices in the larger store
};

struct Row {
  std::vector<double> cpu_us;  // per report, of each round
  std::vector<double> rates;
  double p50 = 0;
  double p99 = 0;
  std::size_t failed = 0;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// One load on one server, measured.
void measure(Row& row, const std::function<double()>& cpu_us, const Endpoint& endpoint,
             const std::vector<std::vector<std::string>>& lists, bool new_connections) {
  const double before = cpu_us();
  const LoadResult result = send_all(endpoint, lists, new_connections);
  row.failed += result.failed;
  if (result.answered == 0) return;
  row.cpu_us.push_back((cpu_us() - before) / static_cast<double>(result.answered));
  row.rates.push_back(static_cast<double>(result.answered) / result.seconds);
  row.p50 = result.latency(0.5);
  row.p99 = result.latency(0.99);
}

std::function<double()> cpu_of(const ServerProcess& server) {
  return [&server] { return server.cpu_us(); };
}

void print(const std::string& name, const Row& row, const Row* against) {
  std::cout << "  " << std::left << std::setw(46) << name << std::right << std::fixed;
  if (row.cpu_us.empty()) {
    std::cout << "   not run\n";
    return;
  }
  const double cpu = median(row.cpu_us);
  std::cout << std::setprecision(1) << std::setw(9) << cpu << std::setw(10)
            << static_cast<long>(1e6 / cpu) << std::setw(10) << static_cast<long>(median(row.rates))
            << std::setw(8) << row.p50 << std::setw(8) << row.p99 << std::setw(8) << row.failed;
  if (against != nullptr && !against->cpu_us.empty()) {
    std::cout << std::setprecision(2) << std::setw(9) << cpu / median(against->cpu_us);
  }
  std::cout << "\n";
}

void verdict(const std::string& goal, const std::string& text, double value, double at_most,
             const std::string& unit) {
  print_goal(std::cout, goal, text, value, at_most, unit);
}

class Bench {
 public:
  Bench(const Wishes& wishes, const std::string& folder) : wishes_(wishes), folder_(folder) {}

  int run() {
    raise_descriptor_limit();
    if (!prepare()) return 1;
    idle();  // first: a server that has worked has memory in hand
    for (int round = 0; round < wishes_.rounds; ++round) one_round();
    open_loops();
    std::cout << "Each row: median of " << wishes_.rounds << " interleaved rounds, " << connections
              << " clients, " << mean_body_ << " bytes a report, " << devices_.size()
              << " devices\n\n  " << std::left << std::setw(46) << "server" << std::right
              << std::setw(9) << "CPU us" << std::setw(10) << "per CPU-s" << std::setw(10)
              << "wall /s" << std::setw(8) << "p50 ms" << std::setw(8) << "p99 ms" << std::setw(8)
              << "failed" << std::setw(9) << "ratio"
              << "\n";
    print("nginx return 204, TLS, kept alive", nginx_, nullptr);
    print("collector, TLS and token, kept alive, on disk", ours_, &nginx_);
    print("the same over PostgreSQL, its server included", postgres_, &nginx_);
    print("InfluxDB, plain HTTP, kept alive, on disk", influx_, &nginx_);
    print("log and fdatasync, 64 together, no network", log_, nullptr);
    print("nginx return 204, mTLS, new connection", nginx_mutual_, nullptr);
    print("collector, mTLS, new connection, on disk", ours_mutual_, &nginx_mutual_);
    verdicts();
    growth();
    return collector_->ends_with() == 0 ? 0 : 1;
  }

 private:
  bool failed(const std::string& what) {
    std::cerr << "ingest: " << what << "\n";
    return false;
  }

  bool prepare() {
    const std::string url = "sqlite://" + folder_ + "/fleet.db";
    {
      auto store = open_fleet_store(url, StoreOpen::make, random_bytes_from(1));
      if (!store) return failed(store.error().text);
      auto devices = enrol_devices(**store, 0, wishes_.devices);
      if (!devices) return failed(devices.error().text);
      devices_ = *std::move(devices);
    }
    if (!make_certificates(folder_ + "/tls", now().utc)) return failed("no certificates");
    const CertificateFiles files = certificate_files(folder_ + "/tls");
    const auto client = authority_.issue("laptop");
    mutual_.certificate_path = client.certificate_path;
    mutual_.key_path = client.key_path;
    token_.port = mutual_.port = free_port();
    admin_port_ = free_port();
    if (!start(collector_,
               {program_folder() + "/../bin/wattlife-collector", "serve", "--database", url,
                "--listen", "127.0.0.1:" + std::to_string(token_.port), "--admin",
                "127.0.0.1:" + std::to_string(admin_port_), "--certificate", folder_ + "/tls",
                "--client-ca", authority_.path(), "--connections-per-address", "4096"},
               token_.port)) {
      return failed("the collector does not start; see " + folder_);
    }
    const NginxPorts ports{free_port(), free_port()};
    std::ofstream(folder_ + "/nginx.conf")
        << nginx_configuration(folder_, files.certificate, files.key, authority_.path(), ports);
    nginx_token_.port = ports.token;
    nginx_client_ = mutual_;
    nginx_client_.port = ports.mutual;
    start(nginx_server_,
          {"/usr/sbin/nginx", "-c", folder_ + "/nginx.conf", "-e", folder_ + "/nginx.log"},
          ports.token);
    start_influx();
    if (!start_over_postgres()) std::cerr << "ingest: not over PostgreSQL\n";
    return true;
  }

  // The same devices with the same secrets, since both stores get the same random bytes.
  bool start_over_postgres() {
    server_ = std::make_unique<wattlife::testing::PostgresServer>(true);
    if (!server_->missing().empty()) return failed(server_->missing());
    const std::string url = server_->new_database();
    {
      auto store = open_fleet_store(url, StoreOpen::make, random_bytes_from(1));
      if (!store) return failed(store.error().text);
      const auto devices = enrol_devices(**store, 0, wishes_.devices);
      if (!devices) return failed(devices.error().text);
      const auto sql = open_sql(url, StoreOpen::existing);
      const auto backend = (*sql)->integer("SELECT pg_backend_pid()");
      if (!backend) return failed(backend.error().text);
      postmaster_ = parent_of(static_cast<int>(*backend));
    }
    postgres_client_.port = free_port();
    return start(over_postgres_,
                 {program_folder() + "/../bin/wattlife-collector", "serve", "--database", url,
                  "--listen", "127.0.0.1:" + std::to_string(postgres_client_.port), "--certificate",
                  folder_ + "/tls", "--connections-per-address", "4096"},
                 postgres_client_.port);
  }

  bool start(std::optional<ServerProcess>& server, const std::vector<std::string>& command,
             std::uint16_t port) {
    auto started = ServerProcess::start(command, folder_ + "/servers.log");
    if (!started || !started->until_listening(port)) return false;
    server.emplace(*std::move(started));
    return true;
  }

  void start_influx() {
    influx_client_.port = free_port();
    influx_client_.tls = false;
    std::ofstream(folder_ + "/influxdb.conf")
        << influx_configuration(folder_, influx_client_.port, free_port());
    if (!start(influx_server_, {"/usr/bin/influxd", "-config", folder_ + "/influxdb.conf"},
               influx_client_.port)) {
      return;
    }
    send_all(influx_client_,
             {{"POST /query?q=CREATE+DATABASE+wattlife HTTP/1.1\r\nHost: x\r\n"
               "Content-Length: 0\r\n\r\n"}},
             false);
  }

  struct Prepared {
    std::vector<std::vector<std::string>> requests = decltype(requests)(connections);
    std::vector<std::vector<std::string>> influx = decltype(requests)(connections);
    std::vector<std::string> bodies;
  };
  // Each device keeps to one client, so that its reports come in order.
  Prepared prepared(std::size_t count, bool close) {
    Prepared made;
    const UtcDay today = std::chrono::floor<std::chrono::days>(now().utc);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = next_device_++ % devices_.size();
      Device& device = devices_[at];
      const Report report = next_report(device, next_device_, today);
      made.bodies.push_back(to_bytes(report));
      made.requests[at % connections].push_back(request_of(device, made.bodies.back(), close));
      made.influx[at % connections].push_back(influx_request_of(device, report));
      bytes_ += made.bodies.back().size();
    }
    reports_ += count;
    mean_body_ = bytes_ / std::max<std::size_t>(1, reports_);
    return made;
  }

  void one_round() {
    const Prepared kept = prepared(wishes_.reports, false);
    if (nginx_server_) measure(nginx_, cpu_of(*nginx_server_), nginx_token_, kept.requests, false);
    measure(ours_, cpu_of(*collector_), token_, kept.requests, false);
    if (over_postgres_) {
      measure(
          postgres_, [&] { return over_postgres_->cpu_us() + cpu_us_of_children(postmaster_); },
          postgres_client_, kept.requests, false);
    }
    if (influx_server_)
      measure(influx_, cpu_of(*influx_server_), influx_client_, kept.influx, false);
    log_.cpu_us.push_back(raw_log_us(folder_ + "/raw.log", kept.bodies, connections));
    log_.rates.push_back(0);
    const Prepared fresh = prepared(wishes_.new_connections, true);
    if (nginx_server_)
      measure(nginx_mutual_, cpu_of(*nginx_server_), nginx_client_, fresh.requests, true);
    measure(ours_mutual_, cpu_of(*collector_), mutual_, fresh.requests, true);
  }

  void idle() {
    const std::string page = "GET /stijl.css HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const auto bytes_of = [&](const ServerProcess& server, const Endpoint& endpoint) {
      const std::int64_t before = server.resident_bytes();
      const IdleConnections held(endpoint, idle_connections, page);
      return static_cast<double>(server.resident_bytes() - before) /
             static_cast<double>(std::max<std::size_t>(1, held.count())) / 1024;
    };
    idle_kb_ = bytes_of(*collector_, token_);
    if (nginx_server_) nginx_idle_kb_ = bytes_of(*nginx_server_, nginx_token_);
  }

  void open_loop(Row& row, double& cores, const Endpoint& endpoint, double per_second,
                 bool new_connections) {
    const auto count = static_cast<std::size_t>(per_second * wishes_.open_seconds);
    const Prepared made = prepared(count, new_connections);
    const double before = collector_->cpu_us();
    const LoadResult result = send_all(endpoint, made.requests, new_connections, per_second);
    cores = (collector_->cpu_us() - before) / 1e6 / result.seconds;
    row.p50 = result.latency(0.5);
    row.p99 = result.latency(0.99);
    p999_ = result.latency(0.999);
    row.failed = result.failed;
    row.rates.push_back(static_cast<double>(result.answered) / result.seconds);
  }

  void open_loops() {
    open_loop(hourly_, hourly_cores_, mutual_, 300, true);
    open_loop(herd_, herd_cores_, token_, 2000, false);
    std::error_code ignored;
    wal_mib_ = static_cast<double>(std::filesystem::file_size(folder_ + "/fleet.db-wal", ignored)) /
               1048576;
  }

  void verdicts() {
    const double ours = median(ours_.cpu_us);
    const double mutual = median(ours_mutual_.cpu_us);
    std::cout << "\nGoals\n";
    verdict("G-A1", "CPU per durable report, kept alive", ours, 50, "us");
    if (nginx_server_) {
      verdict("", "against nginx return 204", ours / median(nginx_.cpu_us), 3.1, "x");
    }
    std::cout << "         against log and fdatasync alone " << std::setprecision(1)
              << ours / median(log_.cpu_us) << "\n";
    if (over_postgres_ && influx_server_) {
      verdict("", "over PostgreSQL, against InfluxDB (1/5)",
              median(postgres_.cpu_us) / median(influx_.cpu_us), 0.2, "x");
    }
    verdict("G-A2", "CPU per new mTLS connection and report", mutual / 1000, 0.95, "ms");
    if (nginx_server_) {
      verdict("", "against nginx mTLS return 204", mutual / median(nginx_mutual_.cpu_us), 0.75,
              "x");
    }
    verdict("G-A3", "300 new mTLS reports/s: cores", hourly_cores_, 0.35, "");
    verdict("", "p50", hourly_.p50, 2, "ms");
    verdict("", "p99 (40 ms while others compile)", hourly_.p99, 5, "ms");
    verdict("G-A4", "2,000 reports/s kept alive: p99", herd_.p99, 10, "ms");
    verdict("", "p99.9", p999_, 100, "ms");
    verdict("", "write-ahead log after it", wal_mib_, 64, "MiB");
    verdict("", "not answered by 2xx, all runs",
            static_cast<double>(ours_.failed + ours_mutual_.failed + hourly_.failed + herd_.failed),
            0, "");
    std::cout << "         rate reached " << std::setprecision(0) << median(herd_.rates)
              << "/s with " << std::setprecision(2) << herd_cores_ << " cores\n";
    verdict("G-A5", "memory of an idle TLS connection", idle_kb_, 45, "KB");
    if (nginx_server_) std::cout << "         nginx " << nginx_idle_kb_ << " KB\n";
    if (influx_server_) {
      verdict("G-A6", "against InfluxDB, one report a request (1/5)", ours / median(influx_.cpu_us),
              0.2, "x");
    }
  }

  // The store alone: what a report costs with few and with many devices, and its bytes.
  void growth() {
    if (wishes_.growth == 0) return;
    const Done measured =
        measure_growth(std::cout, folder_, {.few = 10'000, .many = wishes_.growth, .more = 0});
    if (!measured) std::cerr << "ingest: " << measured.error().text << "\n";
  }

  Wishes wishes_;
  std::string folder_;
  wattlife::testing::ClientAuthority authority_;
  std::vector<Device> devices_;
  std::size_t next_device_ = 0;
  std::size_t bytes_ = 0;
  std::size_t reports_ = 0;
  std::size_t mean_body_ = 0;
  std::optional<ServerProcess> collector_;
  std::unique_ptr<wattlife::testing::PostgresServer> server_;
  std::optional<ServerProcess> over_postgres_;
  int postmaster_ = 0;
  Endpoint postgres_client_;
  Row postgres_;
  std::optional<ServerProcess> nginx_server_;
  std::optional<ServerProcess> influx_server_;
  Endpoint token_;
  Endpoint mutual_;
  Endpoint nginx_token_;
  Endpoint nginx_client_;
  Endpoint influx_client_;
  std::uint16_t admin_port_ = 0;
  Row ours_, ours_mutual_, nginx_, nginx_mutual_, influx_, log_, hourly_, herd_;
  double hourly_cores_ = 0;
  double herd_cores_ = 0;
  double p999_ = 0;
  double wal_mib_ = 0;
  double idle_kb_ = 0;
  double nginx_idle_kb_ = 0;
};

}  // namespace

// Arguments, all with a default: ROUNDS REPORTS SECONDS GROWTH.
int main(int argc, char** argv) {
  Wishes wishes;
  for (int i = 1; i < argc; ++i) {
    const std::optional<std::int64_t> value = integer_from(argv[i]);
    if (!value || *value < 0 || *value > 10'000'000 || i > 4) {
      std::cerr << "ingest: expected ROUNDS REPORTS SECONDS GROWTH, each a number\n";
      return 64;
    }
    if (i == 1) wishes.rounds = static_cast<int>(*value);
    if (i == 2) wishes.reports = static_cast<std::size_t>(*value);
    if (i == 3) wishes.open_seconds = static_cast<double>(*value);
    if (i == 4) wishes.growth = static_cast<std::size_t>(*value);
  }
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("wattlife-bench-" + std::to_string(::getpid())))
          .string();
  std::filesystem::create_directory(folder);
  const int code = Bench(wishes, folder).run();
  std::error_code ignored;
  if (code == 0) std::filesystem::remove_all(folder, ignored);
  return code;
}
