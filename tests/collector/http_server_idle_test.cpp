// SPDX-License-Identifier: EUPL-1.2
// What an idle TLS connection costs: at most 45 KB (design: performance, G-A5). Clients and server
// share this process, so the bound is for both together. Not built with sanitizers, which keep what
// was freed.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

#include "collector/http_server.h"
#include "platform/service_manager_linux.h"
#include "tests/collector/running_collector.h"

namespace wattlife {
namespace {

TEST(HttpServerIdle, an_idle_connection_is_cheap) {
  raise_descriptor_limit();
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2500) GTEST_SKIP() << "too few descriptors: " << limit.rlim_cur;
  ServerOptions options;
  options.port = 0;
  options.connections = 2000;
  options.connections_of_one_address = 2000;
  options.idle_time = std::chrono::minutes(5);
  ListenerCounts counts;
  options.counts = &counts;
  options.certificate_path = testing::server_files().certificate;
  options.key_path = testing::server_files().key;
  options.stop_on_signals = false;
  auto server = HttpServer::listen(options, Handle([](const Request&) { return Response(); }));
  ASSERT_TRUE(server) << server.error().text;
  std::thread running([&] { (void)server->run(); });
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  constexpr int count = 1000;
  std::vector<SSL*> clients;
  const auto before = *own_cost().resident_bytes;
  for (int i = 0; i < count; ++i) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const int at_once = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    SSL* client = SSL_new(context);
    SSL_set_fd(client, socket);
    EXPECT_EQ(SSL_connect(client), 1);
    const std::string request = testing::http_request("GET /");
    EXPECT_GT(SSL_write(client, request.data(), static_cast<int>(request.size())), 0);
    char answer[512];
    EXPECT_GT(SSL_read(client, answer, sizeof answer), 0);
    clients.push_back(client);
  }
  const auto both = (*own_cost().resident_bytes - before) / count;
  EXPECT_EQ(counts.open, count);
  RecordProperty("bytes_of_client_and_server", std::to_string(both));
  EXPECT_LT(both, 2 * 45 * 1024) << "client and server together";
  for (SSL* client : clients) {
    ::close(SSL_get_fd(client));
    SSL_free(client);
  }
  SSL_CTX_free(context);
  server->stop();
  running.join();
}

}  // namespace
}  // namespace wattlife
