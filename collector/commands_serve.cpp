// SPDX-License-Identifier: EUPL-1.2
// Making and running a collector.
#include <filesystem>

#include "collector/certificate.h"
#include "collector/commands_common.h"
#include "collector/http_server.h"
#include "collector/site.h"
#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

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

CommandResult serve(const CommandOptions& options) {
  const auto listen = listen_from(options.listen);
  if (!listen) {
    return failed(exit_usage, "--listen " + options.listen +
                                  ": give ADDRESS:PORT, for example "
                                  "127.0.0.1:8443 or [::1]:8443");
  }
  auto rules = rules_of(options);
  if (!rules) return failed(exit_configuration, rules.error().text);
  const auto store = store_of(options);
  if (!store) return failed(store.error());

  const CertificateFiles files = certificate_files(options.certificate_folder);
  std::error_code ignored;
  if (options.make_certificate && !std::filesystem::exists(files.certificate, ignored)) {
    const Done made = make_certificates(options.certificate_folder, now().utc);
    if (!made) return failed(exit_cannot_create, made.error().text);
  }
  ServerOptions server_options;
  server_options.address = listen->address;
  server_options.port = listen->port;
  server_options.certificate_path = files.certificate;
  server_options.key_path = files.key;
  server_options.common_headers = security_headers();
  Site site(**store, *std::move(rules));
  auto server = HttpServer::listen(
      server_options, [&site](const Request& request) { return site.handle(request, now()); });
  if (!server) {
    const bool taken = server.error().cause == Cause::busy;
    return taken ? failed(exit_unavailable, server.error().text)
                 : failed(exit_configuration, server.error().text);
  }
  log(LogLevel::info,
      "listening on https://" +
          (listen->address.find(':') == std::string::npos ? listen->address
                                                          : "[" + listen->address + "]") +
          ":" + std::to_string(server->port()) + "/");
  const Done ran = server->run();
  if (!ran) return failed(ran.error());
  log(LogLevel::info, "stopped");
  return printed("");
}

}  // namespace wattlife
