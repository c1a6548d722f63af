// SPDX-License-Identifier: EUPL-1.2
// The listener in its ways of being deployed: client certificates, behind a proxy, on a unix
// socket, two processes on one port, a socket from the service manager; and what an idle connection
// costs.
#include <gtest/gtest.h>
#include <sys/un.h>

#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "collector/http_server.h"
#include "tests/collector/client_certificates.h"
#include "tests/collector/plain_client.h"
#include "tests/collector/running_collector.h"

namespace wattlife {
namespace {

using testing::ClientAuthority;
using testing::http_request;
using testing::Laptop;
using testing::post_report;
using testing::RunningCollector;
using testing::status_of;
using testing::TlsClient;

class Running {
 public:
  Running(ServerOptions options, Deliver deliver) {
    options.certificate_path = testing::server_files().certificate;
    options.key_path = testing::server_files().key;
    options.stop_on_signals = false;
    options.counts = &counts;
    auto server = HttpServer::listen(options, std::move(deliver));
    EXPECT_TRUE(server) << server.error().text;
    server_ = std::make_unique<HttpServer>(*std::move(server));
    thread_ = std::thread([this] { (void)server_->run(); });
  }
  ~Running() { finish(); }
  void finish() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  HttpServer& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }
  ListenerCounts counts;

 private:
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

ServerOptions any_port() {
  ServerOptions options;
  options.port = 0;
  return options;
}

// What the server makes of the certificate: "none", or its standing and issuer.
Deliver tell_certificate() {
  return [](Ticket, Request&& request) {
    Response response;
    response.body = "none";
    if (request.certificate) {
      response.body = std::to_string(static_cast<int>(request.certificate->standing)) + " " +
                      request.certificate->issuer;
    }
    if (!request.header("client-cert").empty()) response.body += " header";
    return std::optional<Response>(response);
  };
}

std::string tls_exchange(std::uint16_t port, const std::string& bytes,
                         const TlsClient::Options& options = {}) {
  TlsClient client(port, options);
  EXPECT_TRUE(client.connected());
  client.send(bytes);
  return testing::body_after_header(client.read_answer());
}

TEST(HttpServerModes, answers_may_come_later_from_anywhere_and_only_to_who_asked) {
  std::promise<Ticket> asked;
  Running running(any_port(), [&](Ticket ticket, Request&& request) -> std::optional<Response> {
    if (request.path != "/later") return Response{200, {}, "now"};
    asked.set_value(ticket);
    return std::nullopt;
  });
  TlsClient client(running.port(), {});
  client.send(http_request("GET /later") + http_request("GET /now"));
  const Ticket ticket = asked.get_future().get();
  EXPECT_EQ(tls_exchange(running.port(), http_request("GET /now")), "now");  // others are served
  running.server().answer({{{ticket.connection + 77, 1}, {200, {}, "nobody"}},
                           {{ticket.connection, ticket.request + 1}, {200, {}, "wrong"}},
                           {ticket, {200, {}, "later"}},
                           {ticket, {200, {}, "twice"}}});
  EXPECT_EQ(testing::body_after_header(client.read_answer()), "later");
  EXPECT_EQ(testing::body_after_header(client.read_answer()), "now");
}

TEST(HttpServerModes, a_request_under_way_is_finished_when_asked_to_stop) {
  std::promise<Ticket> asked;
  ServerOptions options = any_port();
  std::promise<void> stopping;
  options.on_stop = [&] { stopping.set_value(); };
  Running running(options, [&](Ticket ticket, Request&&) -> std::optional<Response> {
    asked.set_value(ticket);
    return std::nullopt;
  });
  TlsClient client(running.port(), {});
  client.send(http_request("GET /"));
  const Ticket ticket = asked.get_future().get();
  running.server().stop();
  stopping.get_future().wait();
  running.server().answer({{ticket, {200, {}, "finished"}}});
  const std::string answer = client.read_all();
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_NE(answer.find("finished"), std::string::npos);
}

// The worst order: they connected, and to stop is the first thing that the server is asked. One is
// accepted in the moment in which it stops, the others wait at the door.
TEST(HttpServerModes, who_came_before_the_stop_is_served) {
  ServerOptions options = any_port();
  options.transport = Transport::plain;
  options.stop_on_signals = false;
  auto server = HttpServer::listen(options, Handle([](const Request& request) {
                                     return Response{200, {}, "to " + request.peer_address};
                                   }));
  ASSERT_TRUE(server) << server.error().text;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::vector<int> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(
        ::connect(clients.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const std::string request = http_request("GET /");
    ASSERT_EQ(::send(clients.back(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
  }
  server->stop();
  EXPECT_TRUE(server->run());
  for (const int client : clients) {
    std::string answer;
    char buffer[4096];
    for (ssize_t count = 1; count > 0;) {
      count = ::recv(client, buffer, sizeof buffer, 0);
      if (count > 0) answer.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(client);
    EXPECT_NE(answer.find("to 127.0.0.1"), std::string::npos) << answer;
  }
}

TEST(HttpServerModes, client_certificates_of_every_kind_get_through_the_handshake) {
  ClientAuthority ours;
  ClientAuthority others("Others");
  const auto revoked = ours.issue("revoked");
  ours.revoke(revoked);
  ServerOptions options = any_port();
  options.client_authority_path = ours.path();
  options.client_revocation_path = ours.revocation_path();
  Running running(options, tell_certificate());
  const auto with = [&](const ClientAuthority::Made& made, int version = TLS1_3_VERSION) {
    TlsClient::Options client;
    client.certificate_path = made.certificate_path;
    client.key_path = made.key_path;
    client.highest = version;
    return tls_exchange(running.port(), http_request("GET /", "Client-Cert: :AAAA:\r\n"), client);
  };
  const std::string issuer = " CN=Test device authority";
  EXPECT_EQ(tls_exchange(running.port(), http_request("GET /")), "none");
  EXPECT_EQ(with(ours.issue("good")), "0" + issuer);
  EXPECT_EQ(with(ours.issue("good-1.2"), TLS1_2_VERSION), "0" + issuer);
  EXPECT_EQ(with(others.issue("other")), "1 CN=Others");
  EXPECT_EQ(with(ours.issue("old", {-30, -1, "clientAuth"})), "2" + issuer);
  EXPECT_EQ(with(revoked), "3" + issuer);
  EXPECT_EQ(with(ours.issue("server", {-1, 30, "serverAuth"})), "4" + issuer);
}

TEST(HttpServerModes, a_bad_certificate_is_401_with_its_reason) {
  ClientAuthority ours;
  RunningCollector::Options options;
  options.server.client_authority_path = ours.path();
  options.certificate_required = true;
  RunningCollector collector(std::move(options));
  Laptop laptop = collector.fleet.member(
      "L", std::chrono::floor<std::chrono::days>(now().utc) - std::chrono::days(1));
  const std::string report = post_report(laptop.credential, to_bytes(laptop.health()));
  const auto with = [&](const ClientAuthority::Made& made) {
    TlsClient::Options client;
    client.certificate_path = made.certificate_path;
    client.key_path = made.key_path;
    return collector.exchange(report, client);
  };
  const std::string none = collector.exchange(report);
  EXPECT_EQ(status_of(none), 401);
  EXPECT_NE(none.find("certificate-required"), std::string::npos);
  const std::string old = with(ours.issue("old", {-30, -1, "clientAuth"}));
  EXPECT_EQ(status_of(old), 401);
  EXPECT_NE(old.find("certificate-expired"), std::string::npos);
  EXPECT_EQ(status_of(with(ours.issue("good"))), 200);
}

TEST(HttpServerModes, a_proxy_is_believed_and_nobody_else_gets_in) {
  ClientAuthority ours;
  const auto made = ours.issue("laptop");
  std::string base64(made.der.size() * 2, '\0');
  base64.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(base64.data()),
      reinterpret_cast<const unsigned char*>(made.der.data()), static_cast<int>(made.der.size()))));
  const std::string request =
      http_request("GET /", "Connection: close\r\nClient-Cert: :" + base64 + ":\r\n");
  ServerOptions options = any_port();
  options.transport = Transport::plain;
  options.client_authority_path = ours.path();
  options.proxies = {"127.0.0.1"};
  Running trusted(options, tell_certificate());
  const std::string answer = testing::plain_exchange(trusted.port(), request);
  EXPECT_NE(answer.find("0 CN=Test device authority"), std::string::npos) << answer;
  EXPECT_EQ(answer.find(" header"), std::string::npos);

  options.proxies = {"192.0.2.1", "::1", "unix"};
  Running other(options, tell_certificate());
  EXPECT_EQ(testing::plain_exchange(other.port(), request), "");
  EXPECT_EQ(other.counts.turned_away, 1);

  options.proxies = {};
  Running nobody(options, tell_certificate());  // plain on loopback: no proxy at all
  EXPECT_NE(testing::plain_exchange(nobody.port(), request).find("none"), std::string::npos);

  options.proxies = {"proxy.example"};
  EXPECT_EQ(HttpServer::listen(options, tell_certificate()).error().cause, Cause::malformed);
}

TEST(HttpServerModes, a_unix_socket_serves_a_proxy_on_the_same_machine) {
  const TemporaryFolder folder;
  ServerOptions options;
  options.address = "unix:" + folder.path() + "/collector.sock";
  options.transport = Transport::plain;
  options.proxies = {"unix"};
  const auto ask = [&] {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = options.address.substr(5);
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return testing::plain_exchange(reinterpret_cast<const sockaddr*>(&address), sizeof address,
                                   http_request("GET /", "Connection: close\r\n"));
  };
  {
    Running running(options, tell_certificate());
    EXPECT_EQ(status_of(ask()), 200);
  }
  Running again(options, tell_certificate());  // the file of the one before is no hindrance
  EXPECT_EQ(status_of(ask()), 200);
}

TEST(HttpServerModes, a_request_says_from_which_address_it_came) {
  const Deliver tell = [](Ticket, Request&& request) {
    return std::optional<Response>(Response{200, {}, request.peer_address});
  };
  Running running(any_port(), tell);
  EXPECT_EQ(tls_exchange(running.port(), http_request("GET /", "X-Forwarded-For: 192.0.2.9\r\n")),
            "127.0.0.1");
}

TEST(HttpServerModes, plain_http_is_for_loopback_or_named_proxies) {
  ServerOptions options = any_port();
  options.transport = Transport::plain;
  options.loopback_only = false;
  options.address = "0.0.0.0";
  const auto server = HttpServer::listen(options, tell_certificate());
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().text.find("without TLS"), std::string::npos);
  options.proxies = {"192.0.2.1"};
  EXPECT_TRUE(HttpServer::listen(options, tell_certificate()));
}

TEST(HttpServerModes, one_address_cannot_take_all_connections) {
  ServerOptions options = any_port();
  options.connections_of_one_address = 3;
  Running running(options, tell_certificate());
  std::vector<std::unique_ptr<TlsClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<TlsClient>(running.port(), TlsClient::Options()));
    EXPECT_TRUE(clients.back()->connected());
  }
  EXPECT_FALSE(TlsClient(running.port(), {}).connected());
  EXPECT_EQ(running.counts.turned_away, 1);
  clients.front()->send(http_request("GET /", "Connection: close\r\n"));
  EXPECT_NE(clients.front()->read_all(), "");
  TlsClient next(running.port(), {});
  EXPECT_TRUE(next.connected());
}

TEST(HttpServerModes, a_second_process_can_take_over_the_port) {
  ServerOptions options = any_port();
  options.reuse_port = true;
  auto first = std::make_unique<Running>(options, tell_certificate());
  options.port = first->port();
  Running second(options, tell_certificate());
  std::atomic<bool> ending{false};
  std::atomic<int> served{0};
  std::atomic<int> lost{0};
  std::thread client([&] {
    while (!ending) {
      TlsClient one(options.port, {});
      one.send(http_request("GET /", "Connection: close\r\n"));
      ++(testing::body_after_header(one.read_answer()) == "none" ? served : lost);
    }
  });
  while (served < 20) std::this_thread::yield();
  first->finish();
  const int before = served;
  while (served < before + 20) std::this_thread::yield();
  ending = true;
  client.join();
  // Who arrives in the microsecond between the last look at the door and its closing is sent away
  // by the kernel; a socket of the service manager has no such moment.
  EXPECT_LE(lost, 1);
}

TEST(HttpServerModes, a_socket_of_the_service_manager_is_bound_by_the_same_rule) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::listen(listening, 10), 0);  // on every address, at any port
  ServerOptions options;
  options.certificate_path = testing::server_files().certificate;
  options.key_path = testing::server_files().key;
  options.inherited = ::dup(listening);
  const auto refused = HttpServer::listen(options, tell_certificate());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::denied);
  options.inherited = listening;
  options.loopback_only = false;
  EXPECT_TRUE(HttpServer::listen(options, tell_certificate()));
}

TEST(HttpServerModes, a_socket_of_the_service_manager_is_used) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listening, 10), 0);
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  ServerOptions options;
  options.inherited = ::dup(listening);
  {
    Running running(options, tell_certificate());
    EXPECT_EQ(running.port(), ntohs(address.sin_port));
    EXPECT_EQ(tls_exchange(running.port(), http_request("GET /")), "none");
  }
  // The manager still has it: who comes between two processes waits for the next one.
  std::string late;
  std::thread client([&] { late = tls_exchange(ntohs(address.sin_port), http_request("GET /")); });
  options.inherited = listening;
  Running next(options, tell_certificate());
  client.join();
  EXPECT_EQ(late, "none");
}

}  // namespace
}  // namespace wattlife
