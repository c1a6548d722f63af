// SPDX-License-Identifier: EUPL-1.2
// The body of http_server.h. One thread, callbacks. A session has at most one operation under way,
// whose end decides what comes next; so the table of sessions can own them, and a session is erased
// by the end of its last operation.
#include "collector/http_server.h"

#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <csignal>
#include <map>
#include <optional>
#include <utility>

#include "core/text.h"

namespace wattlife {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// After an answer to a request that was not read to its end, so that the client can read it.
constexpr std::size_t drain_bytes = std::size_t{1} << 20;
constexpr std::chrono::seconds drain_time{2};
constexpr std::chrono::seconds shutdown_time{3};
constexpr std::chrono::milliseconds accept_pause{200};

Refusal problem_of_protocol(int status, const std::string& name, const std::string& title,
                            const std::string& detail, const std::string& detail_nl) {
  return {status, name, title, detail, detail_nl, 0, {}};
}

Refusal too_large(std::size_t limit) {
  const std::string kib = std::to_string(limit / 1024);
  return problem_of_protocol(413, "too-large", "The request is too large",
                             "The body is larger than " + kib + " KiB.",
                             "De inhoud is groter dan " + kib + " KiB.");
}

Refusal header_too_large(std::size_t limit) {
  const std::string kib = std::to_string(limit / 1024);
  return problem_of_protocol(431, "header-too-large", "The header is too large",
                             "The header is larger than " + kib + " KiB.",
                             "De kop is groter dan " + kib + " KiB.");
}

Refusal not_http() {
  return problem_of_protocol(400, "not-http", "This is no HTTP/1.1 request",
                             "The request could not be read as HTTP/1.1.",
                             "Het verzoek is geen geldig HTTP/1.1.");
}

// --- TLS
// ------------------------------------------------------------------------------------------

// HTTP/1.1 is what there is; a client that offers it among others is told so.
int choose_http_1_1(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned offered_length, void*) {
  static const unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, ours, sizeof ours, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// NCSC guidelines for TLS, 2025-05; tickets off, because they cost more than they save for clients
// that come once a week (design: performance, A1).
bool set_policy(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, choose_http_1_1, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
         SSL_CTX_set_cipher_list(context,
                                 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                 "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                                 "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256") ==
             1 &&
         SSL_CTX_set_ciphersuites(context,
                                  "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                                  "TLS_AES_128_GCM_SHA256") == 1;
}

Done load_certificate(asio::ssl::context& context, const ServerOptions& options) {
  error_code failed;
  context.use_certificate_chain_file(options.certificate_path, failed);
  if (failed) {
    return Error{Cause::malformed, options.certificate_path +
                                       ": no certificate can be read from it: " + failed.message() +
                                       "; make one with `wattlife-collector certificate`"};
  }
  context.use_private_key_file(options.key_path, asio::ssl::context::pem, failed);
  if (failed) {
    return Error{Cause::denied, options.key_path +
                                    ": no private key can be read from it: " + failed.message() +
                                    "; it must be a PEM file that this account "
                                    "may read"};
  }
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
    return Error{Cause::malformed,
                 options.key_path + ": is not the key of " + options.certificate_path};
  }
  return done();
}

// --- Values
// ---------------------------------------------------------------------------------------

Request request_from(http::request<http::string_body>&& message) {
  Request request;
  request.method = std::string(message.method_string());
  const std::string_view target(message.target().data(), message.target().size());
  const std::size_t question = target.find('?');
  request.path = std::string(target.substr(0, question));
  if (question != std::string_view::npos) request.query = std::string(target.substr(question + 1));
  for (const auto& field : message) {
    const std::string_view name(field.name_string().data(), field.name_string().size());
    const std::string_view value(field.value().data(), field.value().size());
    request.headers.emplace_back(lower_case(name), std::string(value));
  }
  request.body = std::move(message.body());
  return request;
}

}  // namespace

// --- The server
// -----------------------------------------------------------------------------------

struct HttpServer::Body {
  ServerOptions options;
  Handle handle;
  asio::io_context loop{1};
  asio::ssl::context tls{asio::ssl::context::tls_server};
  tcp::acceptor acceptor{loop};
  asio::steady_timer accept_timer{loop};
  asio::steady_timer stop_timer{loop};
  asio::signal_set signals{loop};
  std::map<std::uint64_t, std::unique_ptr<Session>> sessions;
  std::uint64_t next_session = 1;
  bool accepting = false;
  bool stopping = false;

  void accept();
  void begin_stop();
  void erase(std::uint64_t id);
  void end_all();
};

class HttpServer::Session {
 public:
  Session(HttpServer::Body& server, std::uint64_t id, tcp::socket&& socket)
      : server_(server), id_(id), stream_(std::move(socket), server.tls) {}

  void start() {
    expire_after(server_.options.handshake_time);
    stream_.async_handshake(asio::ssl::stream_base::server, [this](error_code failed) {
      if (failed) return end();
      read_header(server_.options.header_time);
    });
  }

  // Nothing of a request has come: it can be ended without harm.
  bool idle() const { return idle_; }
  void cancel() { beast::get_lowest_layer(stream_).cancel(); }

 private:
  void expire_after(Duration time) { beast::get_lowest_layer(stream_).expires_after(time); }

  void end() { server_.erase(id_); }  // `this` is gone after it

  void read_header(Duration time) {
    if (server_.stopping) return shut_down();
    idle_ = true;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_.options.header_bytes));
    parser_->body_limit(server_.options.body_bytes);
    expire_after(time);
    http::async_read_header(stream_, buffer_, *parser_, [this](error_code failed, std::size_t) {
      idle_ = false;
      if (!failed) return read_body();
      // A body that is announced too large is found out with the header.
      if (failed == http::error::body_limit) return refuse(too_large(server_.options.body_bytes));
      if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
        return refuse(header_too_large(server_.options.header_bytes));
      }
      if (failed == http::error::end_of_stream) return shut_down();
      if (failed.category() == http::make_error_code(http::error::bad_method).category()) {
        return refuse(not_http());
      }
      end();
    });
  }

  void read_body() {
    const auto& message = parser_->get();
    if (message.version() >= 11 && message.find(http::field::host) == message.end()) {
      return refuse(not_http());
    }
    if (beast::iequals(message[http::field::expect], "100-continue")) return say_continue();
    read_rest();
  }

  void say_continue() {
    interim_ = {http::status::continue_, 11};
    expire_after(server_.options.write_time);
    http::async_write(stream_, interim_, [this](error_code failed, std::size_t) {
      if (failed) return end();
      read_rest();
    });
  }

  void read_rest() {
    expire_after(server_.options.body_time);
    http::async_read(stream_, buffer_, *parser_, [this](error_code failed, std::size_t) {
      if (!failed) return answer();
      if (failed == http::error::body_limit || failed == http::error::buffer_overflow) {
        return refuse(too_large(server_.options.body_bytes));
      }
      if (failed.category() == http::make_error_code(http::error::bad_method).category() &&
          failed != http::error::partial_message) {
        return refuse(not_http());
      }
      end();
    });
  }

  void answer() {
    const bool keep = parser_->get().keep_alive() && !server_.stopping;
    const bool head = parser_->get().method() == http::verb::head;
    const Response response = server_.handle(request_from(parser_->release()));
    write(response, keep, head, false);
  }

  void refuse(const Refusal& problem) { write(to_response(problem), false, false, true); }

  void write(const Response& response, bool keep, bool head, bool drain_after) {
    answer_ = {static_cast<http::status>(response.status), 11};
    const auto put = [&](const Headers& headers) {
      for (const auto& [name, value] : headers) answer_.set(name, value);
    };
    put(server_.options.common_headers);
    put(response.headers);
    answer_.keep_alive(keep);
    answer_.content_length(response.body.size());
    if (!head) answer_.body() = response.body;
    expire_after(server_.options.write_time);
    http::async_write(stream_, answer_, [this, keep, drain_after](error_code failed, std::size_t) {
      if (failed) return end();
      if (keep) return read_header(server_.options.idle_time);
      if (drain_after) {
        expire_after(drain_time);
        return drain(0);
      }
      shut_down();
    });
  }

  // The client may still be sending; closing now would reset the connection under our answer.
  void drain(std::size_t drained) {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(8192),
                            [this, drained](error_code failed, std::size_t count) {
                              if (failed || drained + count > drain_bytes) return end();
                              drain(drained + count);
                            });
  }

  void shut_down() {
    expire_after(shutdown_time);
    stream_.async_shutdown([this](error_code) { end(); });
  }

  HttpServer::Body& server_;
  std::uint64_t id_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_{std::size_t{128} * 1024};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> answer_;
  http::response<http::empty_body> interim_;
  bool idle_ = false;
};

void HttpServer::Body::accept() {
  if (stopping || accepting || sessions.size() >= options.connections) return;
  accepting = true;
  acceptor.async_accept([this](error_code failed, tcp::socket socket) {
    accepting = false;
    if (stopping) return end_all();
    if (failed) {  // out of descriptors, most likely: look again when some are back
      accept_timer.expires_after(accept_pause);
      accept_timer.async_wait([this](error_code) { accept(); });
      return;
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const std::uint64_t id = next_session++;
    auto session = std::make_unique<Session>(*this, id, std::move(socket));
    Session& started = *session;
    sessions.emplace(id, std::move(session));
    started.start();
    accept();
  });
}

void HttpServer::Body::erase(std::uint64_t id) {
  sessions.erase(id);
  if (stopping) return end_all();
  accept();
}

void HttpServer::Body::begin_stop() {
  if (stopping) return;
  stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  accept_timer.cancel();
  for (const auto& [id, session] : sessions) {
    if (session->idle()) session->cancel();
  }
  stop_timer.expires_after(options.stop_time);
  stop_timer.async_wait([this](error_code cancelled) {
    if (!cancelled) loop.stop();
  });
  end_all();
}

// The loop ends when nothing waits any more.
void HttpServer::Body::end_all() {
  if (!sessions.empty()) return;
  stop_timer.cancel();
  signals.cancel();
}

HttpServer::HttpServer(std::unique_ptr<Body> body) : body_(std::move(body)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;

Result<HttpServer> HttpServer::listen(const ServerOptions& options, Handle handle) {
  error_code failed;
  const std::string name = options.address == "localhost" ? "127.0.0.1" : options.address;
  const auto address = asio::ip::make_address(name, failed);
  if (failed) {
    return Error{Cause::malformed, options.address + ": is not an address; give 127.0.0.1 or ::1"};
  }
  if (!address.is_loopback()) {
    return Error{Cause::denied, options.address +
                                    ": not served, because this version has no login: anyone on "
                                    "that network could read the page; use 127.0.0.1 or ::1"};
  }
  auto body = std::make_unique<Body>();
  body->options = options;
  body->handle = std::move(handle);
  if (!set_policy(body->tls.native_handle())) {
    return Error{Cause::io, "TLS: this OpenSSL does not offer the protocol and suites we need"};
  }
  if (Done loaded = load_certificate(body->tls, options); !loaded) return loaded.error();

  const tcp::endpoint endpoint(address, options.port);
  tcp::acceptor& acceptor = body->acceptor;
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(endpoint, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) {
    const bool taken = failed == asio::error::address_in_use;
    return Error{taken ? Cause::busy : Cause::io,
                 options.address + " port " + std::to_string(options.port) +
                     ": cannot listen: " + failed.message() +
                     (taken ? "; stop the other program or choose another port" : "")};
  }
  return HttpServer(std::move(body));
}

std::uint16_t HttpServer::port() const {
  error_code failed;
  const tcp::endpoint endpoint = body_->acceptor.local_endpoint(failed);
  return failed ? body_->options.port : endpoint.port();
}

Done HttpServer::run() {
  Body& body = *body_;
  body.options.port = port();
  if (body.options.stop_on_signals) {
    error_code failed;
    body.signals.add(SIGTERM, failed);
    if (!failed) body.signals.add(SIGINT, failed);
    if (failed) return Error{Cause::io, "signals: " + failed.message()};
    body.signals.async_wait([&body](error_code cancelled, int) {
      if (!cancelled) body.begin_stop();
    });
  }
  body.accept();
  body.loop.run();
  body.sessions.clear();
  return done();
}

void HttpServer::stop() {
  asio::post(body_->loop, [body = body_.get()] { body->begin_stop(); });
}

}  // namespace wattlife
