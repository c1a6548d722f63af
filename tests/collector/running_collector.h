// SPDX-License-Identifier: EUPL-1.2
// The whole collector in this process: listener with TLS on a free port, both desks, a real store.
// And devices that speak to it over real connections.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "collector/certificate.h"
#include "collector/http_server.h"
#include "collector/rules.h"
#include "collector/service.h"
#include "collector/site.h"
#include "platform/process.h"
#include "tests/collector/fleet.h"
#include "tests/collector/tls_client.h"

namespace wattlife::testing {

inline const CertificateFiles& server_files() {
  static const TemporaryFolder folder;
  static const CertificateFiles files = [] {
    EXPECT_TRUE(make_certificates(folder.path() + "/tls", now().utc));
    return certificate_files(folder.path() + "/tls");
  }();
  return files;
}

class RunningCollector {
 public:
  struct Options {
    ServerOptions server;
    DeskBounds desk;
    bool certificate_required = false;
    CertificateMode certificates = {};
    Service::Page page;  // instead of the site
  };
  RunningCollector() : RunningCollector(Options()) {}
  explicit RunningCollector(Options options)
      : devices_(fleet.store(), &metrics, options.certificate_required, options.certificates) {
    options.server.port = 0;
    options.server.certificate_path = server_files().certificate;
    options.server.key_path = server_files().key;
    options.server.common_headers = security_headers();
    options.server.stop_on_signals = false;
    options.server.counts = &counts;
    people_store_ = *open_fleet_store(fleet.url(), StoreOpen::existing, repeatable_random(9));
    site_ = std::make_unique<Site>(*people_store_, *built_in_rules());
    auto server = HttpServer::listen(options.server, Deliver([this](Ticket t, Request&& request) {
                                       return service_->take(t, std::move(request));
                                     }));
    EXPECT_TRUE(server) << server.error().text;
    server_ = std::make_unique<HttpServer>(*std::move(server));
    Service::Page page = options.page;
    if (!page) page = [this](const Request& request) { return site_->handle(request, now()); };
    service_ = std::make_unique<Service>(
        options.desk, devices_, page, metrics,
        [this](std::vector<Answer> answers) { server_->answer(std::move(answers)); });
    thread_ = std::thread([this] { (void)server_->run(); });
  }
  ~RunningCollector() {
    server_->stop();
    thread_.join();
  }
  std::uint16_t port() const { return server_->port(); }
  HttpServer& server() { return *server_; }
  Service& service() { return *service_; }

  std::string exchange(const std::string& bytes, const TlsClient::Options& options = {}) {
    TlsClient client(port(), options);
    EXPECT_TRUE(client.connected());
    client.send(bytes);
    return client.read_answer();
  }

  Fleet fleet;
  ListenerCounts counts;
  Metrics metrics;

 private:
  DeviceApi devices_;
  std::unique_ptr<FleetStore> people_store_;
  std::unique_ptr<Site> site_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<Service> service_;
  std::thread thread_;
};

inline std::string http_request(const std::string& line, const std::string& more = "",
                                const std::string& body = "") {
  std::string text = line + " HTTP/1.1\r\nHost: localhost\r\n" + more;
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

inline std::string bearer(const Credential& credential) {
  return "Authorization: Bearer " + hex_from_bytes(credential.device_id) + "." +
         hex_from_bytes(credential.secret) + "\r\n";
}

inline std::string post_report(const Credential& credential, const std::string& body,
                               const std::string& more = "") {
  return http_request("POST " + std::string(report_path),
                      "Content-Type: application/x-protobuf\r\n" + bearer(credential) + more, body);
}

inline int status_of(const std::string& answer) {
  return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}
inline std::string body_after_header(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace wattlife::testing
