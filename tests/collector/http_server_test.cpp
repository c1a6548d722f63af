// SPDX-License-Identifier: EUPL-1.2
// The listener, alive on a free port of the loopback, against clients that behave and that do not.
#include "collector/http_server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <thread>

#include "collector/certificate.h"
#include "platform/process.h"
#include "tests/collector/fleet.h"
#include "tests/collector/tls_client.h"

namespace wattlife {
namespace {

using testing::TlsClient;

const TemporaryFolder& certificates() {
  static const TemporaryFolder folder;
  static const bool made = static_cast<bool>(make_certificates(folder.path() + "/tls", now().utc));
  EXPECT_TRUE(made);
  return folder;
}
CertificateFiles files() { return certificate_files(certificates().path() + "/tls"); }

Response echo(const Request& request) {
  Response response;
  response.headers.emplace_back("Content-Type", "text/plain");
  response.body = request.method + " " + request.path + "?" + request.query + " " +
                  std::to_string(request.body.size());
  return response;
}

// A server that runs while it lives.
class Running {
 public:
  explicit Running(ServerOptions options = {}) {
    options.port = 0;
    options.certificate_path = files().certificate;
    options.key_path = files().key;
    options.common_headers = {{"X-Common", "yes"}};
    options.stop_on_signals = false;
    auto server = HttpServer::listen(options, echo);
    EXPECT_TRUE(server) << server.error().text;
    server_ = std::make_unique<HttpServer>(*std::move(server));
    thread_ = std::thread([this] { (void)server_->run(); });
  }
  ~Running() {
    server_->stop();
    thread_.join();
  }
  std::uint16_t port() const { return server_->port(); }
  HttpServer& server() { return *server_; }

 private:
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

std::string request(const std::string& line, const std::string& more = "",
                    const std::string& body = "") {
  std::string text = line + " HTTP/1.1\r\nHost: localhost\r\n" + more;
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

std::string answer_to(std::uint16_t port, const std::string& bytes) {
  TlsClient client(port, {});
  EXPECT_TRUE(client.connected());
  client.send(bytes);
  return client.read_answer();
}

int status_of(const std::string& answer) {
  return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

TEST(HttpServer, answers_a_client_that_verifies_the_certificate) {
  const Running running;
  TlsClient::Options options;
  options.authority_path = files().authority;
  TlsClient client(running.port(), options);
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.protocol(), "TLSv1.3");
  client.send(request("GET /a?b=c"));
  const std::string answer = client.read_answer();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("X-Common: yes"), std::string::npos);
  EXPECT_NE(answer.find("GET /a?b=c 0"), std::string::npos);
  TlsClient::Options wrong_name;
  wrong_name.authority_path = files().authority;
  wrong_name.host = "collector.example";
  EXPECT_FALSE(TlsClient(running.port(), wrong_name).connected());
}

TEST(HttpServer, tls_policy) {
  const Running running;
  TlsClient::Options options;
  options.highest = TLS1_2_VERSION;
  EXPECT_TRUE(TlsClient(running.port(), options).connected());
  options.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  EXPECT_TRUE(TlsClient(running.port(), options).connected());
  options.ciphers = "ECDHE-ECDSA-AES256-SHA";  // CBC
  EXPECT_FALSE(TlsClient(running.port(), options).connected());
  options.ciphers = nullptr;
  options.lowest = TLS1_VERSION;
  options.highest = TLS1_1_VERSION;
  EXPECT_FALSE(TlsClient(running.port(), options).connected());
}

TEST(HttpServer, no_tickets_and_no_renegotiation) {
  const Running running;
  TlsClient modern(running.port(), {});
  modern.send(request("GET /"));
  modern.read_answer();
  EXPECT_FALSE(modern.session_can_be_resumed());
  TlsClient::Options options;
  options.highest = TLS1_2_VERSION;
  TlsClient older(running.port(), options);
  ASSERT_TRUE(older.connected());
  EXPECT_FALSE(older.session_can_be_resumed());
  EXPECT_FALSE(older.renegotiates());
}

TEST(HttpServer, several_requests_on_one_connection_also_sent_together) {
  const Running running;
  TlsClient client(running.port(), {});
  client.send(request("GET /one"));
  EXPECT_NE(client.read_answer().find("/one"), std::string::npos);
  client.send(request("POST /two", "", "12345") + request("GET /three") +
              request("GET /four", "Connection: close\r\n"));
  EXPECT_NE(client.read_answer().find("POST /two? 5"), std::string::npos);
  EXPECT_NE(client.read_answer().find("/three"), std::string::npos);
  EXPECT_NE(client.read_answer().find("/four"), std::string::npos);
  EXPECT_EQ(client.read_all(), "");  // and it is closed
}

TEST(HttpServer, bodies_are_bounded_before_they_are_read) {
  const Running running;
  const std::string fits(65'536, 'x');
  EXPECT_NE(answer_to(running.port(), request("POST /", "", fits)).find(" 65536"),
            std::string::npos);
  const std::string too_much(65'537, 'x');
  const std::string refused = answer_to(running.port(), request("POST /", "", too_much));
  EXPECT_EQ(status_of(refused), 413);
  EXPECT_NE(refused.find("application/problem+json"), std::string::npos);
  EXPECT_NE(refused.find("urn:wattlife:problem:too-large"), std::string::npos);
  EXPECT_NE(refused.find("X-Common: yes"), std::string::npos);
  // Announced, and never sent.
  EXPECT_EQ(status_of(answer_to(running.port(),
                                request("POST /", "Content-Length: 99999999999999999999\r\n"))),
            400);
  EXPECT_EQ(
      status_of(answer_to(running.port(), request("POST /", "Content-Length: 9999999999\r\n"))),
      413);
  // In chunks, without saying how much.
  std::string chunks = request("POST /", "Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 20; ++i) chunks += "1000\r\n" + std::string(4096, 'x') + "\r\n";
  EXPECT_EQ(status_of(answer_to(running.port(), chunks)), 413);
  EXPECT_NE(answer_to(running.port(), request("POST /", "Transfer-Encoding: chunked\r\n") +
                                          "5\r\nhello\r\n0\r\n\r\n")
                .find("POST /? 5"),
            std::string::npos);
}

TEST(HttpServer, headers_are_bounded) {
  const Running running;
  const auto with_header_of = [&](std::size_t size) {
    return answer_to(running.port(), request("GET /", "X: " + std::string(size, 'y') + "\r\n"));
  };
  EXPECT_EQ(status_of(with_header_of(15'000)), 200);
  EXPECT_EQ(status_of(with_header_of(17'000)), 431);
  EXPECT_EQ(status_of(answer_to(running.port(), request("GET /" + std::string(20'000, 'a')))), 431);
}

TEST(HttpServer, what_is_not_http_is_refused) {
  const Running running;
  for (const std::string& bytes :
       {std::string("garbage\r\n\r\n"), std::string("GET / HTTP/1.1\r\nbad header\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\n\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("\x00\x01\x02\x03\r\n\r\n", 8),
        std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
        std::string(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")}) {
    SCOPED_TRACE(bytes);
    EXPECT_EQ(status_of(answer_to(running.port(), bytes)), 400);
  }
  EXPECT_EQ(status_of(answer_to(running.port(), request("BREW /"))), 200);  // the handler decides
}

TEST(HttpServer, head_has_the_length_and_no_body) {
  const Running running;
  TlsClient client(running.port(), {});
  client.send(request("HEAD /x", "Connection: close\r\n"));
  const std::string answer = client.read_all();
  EXPECT_NE(answer.find("Content-Length: "), std::string::npos);
  EXPECT_EQ(answer.substr(answer.size() - 4), "\r\n\r\n");
}

TEST(HttpServer, a_client_that_asks_first_is_told_to_continue) {
  const Running running;
  TlsClient client(running.port(), {});
  client.send(request("POST /", "Expect: 100-continue\r\nContent-Length: 3\r\n"));
  EXPECT_EQ(status_of(client.read_answer()), 100);
  client.send("abc");
  EXPECT_NE(client.read_answer().find("POST /? 3"), std::string::npos);
}

TEST(HttpServer, slow_clients_are_cut_off) {
  ServerOptions options;
  options.handshake_time = std::chrono::milliseconds(300);
  options.header_time = std::chrono::milliseconds(300);
  options.body_time = std::chrono::milliseconds(300);
  options.idle_time = std::chrono::milliseconds(300);
  const Running running(options);
  struct Case {
    const char* name;
    std::string sent;
  };
  const Case cases[] = {
      {"nothing at all", ""},
      {"half a header", "GET / HTTP/1.1\r\nHost:"},
      {"half a body", request("POST /", "Content-Length: 10\r\n") + "12345"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    TlsClient client(running.port(), {});
    ASSERT_TRUE(client.connected());
    client.send(c.sent);
    const Duration before = now().boot.since_boot;
    EXPECT_EQ(client.read_all(), "");
    EXPECT_LT(now().boot.since_boot - before, std::chrono::seconds(5));
  }
  TlsClient idle(running.port(), {});
  idle.send(request("GET /"));
  EXPECT_EQ(status_of(idle.read_answer()), 200);
  EXPECT_EQ(idle.read_all(), "");  // closed, because nothing followed
}

TEST(HttpServer, a_byte_now_and_then_does_not_keep_a_connection) {
  ServerOptions options;
  options.header_time = std::chrono::milliseconds(400);
  const Running running(options);
  TlsClient client(running.port(), {});
  const std::string slow = request("GET /slow");
  bool cut_off = false;
  for (std::size_t i = 0; i < slow.size() && !cut_off; ++i) {
    cut_off = !client.send(slow.substr(i, 1)) || client.heard_within(60);
  }
  EXPECT_TRUE(cut_off);
  EXPECT_EQ(client.read_all(), "");
}

// It asks all the time, and lets the answers pile up.
TEST(HttpServer, who_does_not_read_the_answers_is_cut_off) {
  ListenerCounts counts;
  ServerOptions options;
  options.write_time = std::chrono::milliseconds(300);
  options.counts = &counts;
  const Running running(options);
  TlsClient client(running.port(), {});
  const std::string one = request("GET /" + std::string(10'000, 'a'));
  const Duration before = now().boot.since_boot;
  int asked = 0;
  while (asked < 20'000 && client.send(one)) ++asked;
  EXPECT_LT(asked, 20'000) << "never cut off";
  EXPECT_LT(now().boot.since_boot - before, std::chrono::seconds(15));
  EXPECT_EQ(counts.timed_out.load(), 1);
  EXPECT_EQ(status_of(answer_to(running.port(), request("GET /"))), 200);
}

TEST(HttpServer, connections_over_the_limit_wait_and_are_served_when_one_ends) {
  ServerOptions options;
  options.connections = 2;
  options.idle_time = std::chrono::milliseconds(500);
  options.header_time = std::chrono::milliseconds(500);
  const Running running(options);
  TlsClient one(running.port(), {});
  TlsClient two(running.port(), {});
  ASSERT_TRUE(one.connected());
  ASSERT_TRUE(two.connected());
  TlsClient three(running.port(), {});  // its handshake waits until one is cut off
  ASSERT_TRUE(three.connected());
  three.send(request("GET /three"));
  EXPECT_NE(three.read_answer().find("/three"), std::string::npos);
}

TEST(HttpServer, clients_that_vanish_leave_it_alive) {
  const Running running;
  for (int i = 0; i < 50; ++i) {
    TlsClient client(running.port(), {});
    if (i % 2 == 0) client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  }
  EXPECT_EQ(status_of(answer_to(running.port(), request("GET /"))), 200);
}

TEST(HttpServer, stops_while_clients_are_connected) {
  const Duration before = now().boot.since_boot;
  {
    const Running running;
    TlsClient idle(running.port(), {});
    ASSERT_TRUE(idle.connected());
    idle.send(request("GET /"));
    idle.read_answer();
  }
  EXPECT_LT(now().boot.since_boot - before, std::chrono::seconds(4));
}

TEST(HttpServer, stops_although_a_request_never_ends) {
  ServerOptions options;
  options.stop_time = std::chrono::milliseconds(200);
  const Duration before = now().boot.since_boot;
  {
    const Running running(options);
    TlsClient busy(running.port(), {});
    ASSERT_TRUE(busy.connected());
    busy.send(request("POST /", "Content-Length: 10\r\n") + "12345");
    // Another one is served meanwhile, so the first has certainly been taken in.
    EXPECT_EQ(status_of(answer_to(running.port(), request("GET /"))), 200);
  }
  EXPECT_LT(now().boot.since_boot - before, std::chrono::seconds(4));
}

TEST(HttpServer, refuses_to_listen_where_others_could_look) {
  ServerOptions options;
  options.certificate_path = files().certificate;
  options.key_path = files().key;
  options.port = 0;
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "fe80::1"}) {
    options.address = address;
    const auto server = HttpServer::listen(options, echo);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().cause, Cause::denied);
    EXPECT_NE(server.error().text.find("no login"), std::string::npos);
  }
  for (const char* address : {"127.0.0.1", "127.0.0.2", "localhost"}) {
    options.address = address;
    EXPECT_TRUE(HttpServer::listen(options, echo)) << address;
  }
  options.address = "collector.example";
  EXPECT_EQ(HttpServer::listen(options, echo).error().cause, Cause::malformed);
}

TEST(HttpServer, says_what_is_wrong_with_certificate_and_port) {
  ServerOptions options;
  options.port = 0;
  options.certificate_path = certificates().path() + "/none.pem";
  options.key_path = files().key;
  EXPECT_NE(HttpServer::listen(options, echo).error().text.find("wattlife-collector certificate"),
            std::string::npos);
  options.certificate_path = files().certificate;
  options.key_path = files().authority;
  EXPECT_FALSE(HttpServer::listen(options, echo));
  const Running running;
  options.key_path = files().key;
  options.port = running.port();
  EXPECT_EQ(HttpServer::listen(options, echo).error().cause, Cause::busy);
}

TEST(Certificate, files_are_closed_to_others_and_never_overwritten) {
  for (const std::string& path : {files().authority, files().certificate, files().key}) {
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0) << path;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << path;
  }
  const auto before = read_file(files().key, 10'000);
  const Done again = make_certificates(certificates().path() + "/tls", now().utc);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().cause, Cause::denied);
  EXPECT_EQ(*before, *read_file(files().key, 10'000));
}

}  // namespace
}  // namespace wattlife
