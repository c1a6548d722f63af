// SPDX-License-Identifier: EUPL-1.2
// Making and running a collector.
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "collector/api_document.h"
#include "collector/certificate.h"
#include "collector/commands_common.h"
#include "collector/digest.h"
#include "collector/housekeeping.h"
#include "collector/http_server.h"
#include "collector/service.h"
#include "collector/sign_in_files.h"
#include "collector/site.h"
#include "core/text.h"
#include "platform/process.h"
#include "platform/service_manager_linux.h"

namespace wattlife {
namespace {

constexpr std::size_t largest_noted_file = std::size_t{1} << 20;

struct Listen {
  std::string address;
  std::uint16_t port = 0;
};

// "127.0.0.1:8443", "[::1]:8443".
std::optional<Listen> listen_from(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto port = integer_from(std::string_view(text).substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return std::nullopt;
  std::string address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  return Listen{address, static_cast<std::uint16_t>(*port)};
}

}  // namespace

CommandResult migrate(const CommandOptions& options) {
  const auto store = store_of(options, StoreOpen::make);
  if (!store) return failed(store.error());
  return printed("the database is ready.\n");
}

CommandResult make_certificate(const CommandOptions& options) {
  const Done made = make_certificates(options.file, now().utc);
  if (!made) {
    return made.error().cause == Cause::denied ? failed(exit_cannot_create, made.error().text)
                                               : failed(made.error());
  }
  const CertificateFiles files = certificate_files(options.file);
  return printed("For a demonstration on this machine: " + files.certificate + ", " + files.key +
                 "\nTrust this one: " + files.authority + "\n");
}

CommandResult openapi(const CommandOptions&) { return printed(api_document()); }

namespace {

CommandResult cannot_listen(const Error& error) {
  return error.cause == Cause::busy ? failed(exit_unavailable, error.text)
                                    : failed(exit_configuration, error.text);
}

// "127.0.0.1:9464" or "unix:/path" into the options; false when it is neither.
bool set_listen(const std::string& text, ServerOptions& options) {
  if (text.starts_with("unix:")) {
    options.address = text;
    return true;
  }
  const auto listen = listen_from(text);
  if (!listen) return false;
  options.address = listen->address;
  options.port = listen->port;
  return true;
}

CommandResult not_an_address(const std::string& option, const std::string& text) {
  return failed(exit_usage, option + " " + text +
                                ": give ADDRESS:PORT, for example "
                                "127.0.0.1:8443 or [::1]:8443, or unix:/path");
}

ServerOptions main_options(const CommandOptions& options) {
  ServerOptions made;
  const CertificateFiles files = certificate_files(options.certificate_folder);
  made.certificate_path = or_credential(files.certificate);
  made.key_path = or_credential(files.key);
  made.client_authority_path = options.client_authority;
  made.client_revocation_path = options.client_revocation;
  for (const std::string_view proxy : split(options.behind_proxy, ',')) {
    if (!trimmed(proxy).empty()) made.proxies.emplace_back(trimmed(proxy));
  }
  made.transport = made.proxies.empty() ? Transport::tls : Transport::plain;
  made.inherited = inherited_socket();
  made.reuse_port = options.reuse_port;
  made.common_headers = security_headers();
  made.connections = static_cast<std::size_t>(options.connections);
  made.connections_of_one_address = static_cast<std::size_t>(options.connections_of_one_address);
  return made;
}

// "https://127.0.0.1:8443/", or what else it is.
std::string shown_address(const ServerOptions& options, std::uint16_t port) {
  if (options.inherited) return "the socket of the service manager";
  if (options.address.starts_with("unix:")) return options.address;
  const bool ipv6 = options.address.find(':') != std::string::npos;
  return std::string(options.transport == Transport::tls ? "https://" : "http://") +
         (ipv6 ? "[" + options.address + "]" : options.address) + ":" + std::to_string(port) + "/";
}

// The listener of administrators: its own thread, its own handle on the store.
class AdminListener {
 public:
  explicit AdminListener(HttpServer server)
      : server_(std::move(server)), thread_([this] { (void)server_.run(); }) {}
  ~AdminListener() {
    server_.stop();
    thread_.join();
  }
  AdminListener(const AdminListener&) = delete;
  AdminListener& operator=(const AdminListener&) = delete;

 private:
  HttpServer server_;
  std::thread thread_;
};

// A look a minute at what there is to do beside serving, on a thread of its own.
class Housekeeper {
 public:
  explicit Housekeeper(std::unique_ptr<Housekeeping> work)
      : work_(std::move(work)), thread_([this] { run(); }) {}
  ~Housekeeper() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    ends_.notify_one();
    thread_.join();
    work_->finish(now().utc);
  }
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!ends_.wait_for(lock, std::chrono::minutes(1), [&] { return ending_; })) {
      lock.unlock();
      work_->tick(now().utc);
      lock.lock();
    }
  }

  std::unique_ptr<Housekeeping> work_;
  std::mutex mutex_;
  std::condition_variable ends_;
  bool ending_ = false;
  std::thread thread_;
};

// Everything of a running collector, in the order in which it may end.
struct Running {
  std::unique_ptr<FleetStore> device_store;
  std::unique_ptr<FleetStore> people_store;
  std::unique_ptr<FleetStore> admin_store;
  std::unique_ptr<FleetStore> housekeeping_store;
  DeferredAudit later;
  std::atomic<bool> draining{false};
  ListenerCounts counts;
  Metrics metrics;
  std::unique_ptr<Housekeeper> housekeeper;  // ends when nobody adds to `later` any more
  std::unique_ptr<DeviceApi> devices;
  std::unique_ptr<Site> site;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<Service> service;
  std::unique_ptr<AdminListener> admin;

  Condition condition() {
    Condition made;
    made.now = now().utc;
    made.draining = draining;
    made.store_answers = static_cast<bool>(admin_store->organisations());
    made.desks_move = service->moves(now().boot);
    made.certificate_end = server->certificate_end();
    return made;
  }
  Response admin_request(const Request& request) {
    const Condition how = condition();
    const std::string shown =
        request.path == "/metrics"
            ? metrics.text() + listener_metrics(counts, service->gauges(), how)
            : "";
    return admin_answer(request, how, shown);
  }
};

Done start_admin(const std::string& where, Running& running) {
  ServerOptions options;
  options.transport = Transport::plain;
  options.stop_on_signals = false;
  options.connections = 32;
  options.stop_time = std::chrono::seconds(1);
  (void)set_listen(where, options);
  auto server = HttpServer::listen(options, Handle([&running](const Request& request) {
                                     return running.admin_request(request);
                                   }));
  if (!server) return server.error();
  log(LogLevel::info, "administrators: " + shown_address(options, server->port()));
  running.admin = std::make_unique<AdminListener>(*std::move(server));
  return done();
}

// What this process runs with, as a digest, so that a change of it shows: an entry when it differs
// from the one of the start before. A database that cannot be written now is no reason not to
// start.
void note_settings(const CommandOptions& options, const CollectorSettings& settings,
                   const SignInParts& parts, Running& running) {
  std::string all = sha256(parts.seal_key);
  for (const std::string& file : {options.config, options.rules}) {
    const auto text = file.empty() ? Result<std::string>("") : read_file(file, largest_noted_file);
    all += sha256(text ? *text : "");
  }
  for (const std::string& option :
       {options.listen, options.admin, options.behind_proxy, options.certificate_folder,
        options.client_authority, options.client_revocation,
        std::string(options.require_certificate ? "required" : "")}) {
    all += sha256(option);
  }
  const RetentionSettings& retention = settings.retention;
  const AuditEntry entry =
      cli_entry(AuditAction::settings_change,
                "settings " + hex_from_bytes(sha256(all)).substr(0, 16) + ", sign-in " +
                    name_of(settings.sign_in.way) + ", retention " +
                    (retention.daily ? std::to_string(retention.months) + " months" : "by hand"));
  const auto before = running.people_store->audit_entries({.action = AuditAction::settings_change});
  if (before && !before->empty() && before->back().entry.object == entry.object) return;
  const Done noted = running.people_store->append_audit(entry);
  if (!noted && !running.later.put(entry)) log(LogLevel::error, noted.error().text);
}

Done open_stores(const CommandOptions& options, Running& running) {
  for (auto* store : {&running.device_store, &running.people_store, &running.admin_store,
                      &running.housekeeping_store}) {
    auto opened = store_of(options);
    if (!opened) return opened.error();
    *store = *std::move(opened);
  }
  return done();
}

}  // namespace

CommandResult serve(const CommandOptions& options) {
  ServerOptions server_options = main_options(options);
  if (!set_listen(options.listen, server_options)) {
    return not_an_address("--listen", options.listen);
  }
  ServerOptions admin_options;
  if (!options.admin.empty() && !set_listen(options.admin, admin_options)) {
    return not_an_address("--admin", options.admin);
  }
  const auto settings = read_collector_settings(options.config);
  if (!settings) return failed(exit_configuration, settings.error().text);
  const SignInWay way = settings->sign_in.way;
  // Who can reach a socket that was handed to us is not known here: as a socket of the file system.
  const std::string where =
      server_options.inherited ? "unix:(socket of the service manager)" : server_options.address;
  const Done allowed = may_listen(where, way, !server_options.proxies.empty());
  if (!allowed) return failed(exit_configuration, allowed.error().text);
  server_options.loopback_only = way == SignInWay::open || way == SignInWay::local;
  auto parts = sign_in_parts(settings->sign_in);
  if (!parts) return failed(exit_configuration, parts.error().text);
  auto certificates = certificate_mode(settings->devices);
  if (!certificates) return failed(exit_configuration, certificates.error().text);
  if (!certificates->rules.empty() && options.client_authority.empty()) {
    return failed(exit_configuration,
                  "[certificates]: needs --client-ca FILE, the authorities that are trusted");
  }
  auto rules = rules_of(options);
  if (!rules) return failed(exit_configuration, rules.error().text);
  Running running;
  if (Done opened = open_stores(options, running); !opened) return failed(opened.error());

  std::error_code ignored;
  if (options.make_certificate &&
      !std::filesystem::exists(server_options.certificate_path, ignored)) {
    const Done made = make_certificates(options.certificate_folder, now().utc);
    if (!made) return failed(exit_cannot_create, made.error().text);
  }
  server_options.counts = &running.counts;
  server_options.on_stop = [&running] {
    running.draining = true;
    notify_service_manager("STOPPING=1");
  };
  raise_descriptor_limit();
  running.devices =
      std::make_unique<DeviceApi>(*running.device_store, &running.metrics,
                                  options.require_certificate, *std::move(certificates));
  note_settings(options, *settings, *parts, running);
  running.site = std::make_unique<Site>(*running.people_store, *std::move(rules),
                                        SignIn(*std::move(parts)), &running.later);
  running.housekeeper = std::make_unique<Housekeeper>(
      std::make_unique<Housekeeping>(*running.housekeeping_store, running.later, running.metrics,
                                     settings->retention, random_number(), now().utc));
  auto server = HttpServer::listen(server_options, Deliver([&](Ticket ticket, Request&& request) {
                                     return running.service->take(ticket, std::move(request));
                                   }));
  if (!server) return cannot_listen(server.error());
  running.server = std::make_unique<HttpServer>(*std::move(server));
  running.service = std::make_unique<Service>(
      DeskBounds{}, *running.devices,
      [&](const Request& request) { return running.site->handle(request, now()); }, running.metrics,
      [&](std::vector<Answer> answers) { running.server->answer(std::move(answers)); });
  if (!options.admin.empty()) {
    if (Done started = start_admin(options.admin, running); !started) {
      return cannot_listen(started.error());
    }
  }
  log(LogLevel::info, "listening on " + shown_address(server_options, running.server->port()));
  notify_service_manager("READY=1");
  const Done ran = running.server->run();
  if (!ran) return failed(ran.error());
  log(LogLevel::info, "stopped");
  return printed("");
}

}  // namespace wattlife
