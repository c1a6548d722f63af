// SPDX-License-Identifier: EUPL-1.2
// The body of http_server.h: accepting, the table of sessions, and stopping. One thread.
#include "collector/http_server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <set>
#include <unordered_map>
#include <utility>

#include "collector/http_session_beast.h"
#include "collector/peers.h"
#include "platform/stopwatch.h"

namespace wattlife {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Stream = asio::generic::stream_protocol;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr std::chrono::milliseconds accept_pause{200};
constexpr std::chrono::milliseconds look_at_deadlines{100};
constexpr std::string_view unix_prefix = "unix:";

std::string bytes_of(const asio::ip::address& address) {
  const auto text = [](const auto& bytes) { return std::string(bytes.begin(), bytes.end()); };
  return plain_address(address.is_v4() ? text(address.to_v4().to_bytes())
                                       : text(address.to_v6().to_bytes()));
}

std::string text_of(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

// Of an address of the network; empty when it is none.
std::optional<tcp::endpoint> tcp_endpoint(const Stream::endpoint& endpoint) {
  const int family = endpoint.data()->sa_family;
  if (family != AF_INET && family != AF_INET6) return std::nullopt;
  tcp::endpoint made(family == AF_INET ? tcp::v4() : tcp::v6(), 0);
  if (endpoint.size() > made.capacity()) return std::nullopt;
  std::memcpy(made.data(), endpoint.data(), endpoint.size());
  return made;
}

}  // namespace

// --- The server
// -----------------------------------------------------------------------------------

struct HttpServer::Body final : SessionHost {
  Body(const ServerOptions& given, Deliver deliver_to, TlsContext context)
      : SessionHost(given, std::move(deliver_to), std::move(context)),
        peers(given.connections_of_one_address) {}

  Peers peers;
  std::set<std::string> proxies;  // addresses
  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> until_stopped{loop.get_executor()};
  asio::basic_socket_acceptor<Stream> acceptor{loop};
  Stream::endpoint from;  // of the connection that is being accepted
  asio::steady_timer accept_timer{loop};
  asio::steady_timer stop_timer{loop};
  asio::steady_timer deadline_timer{loop};
  asio::signal_set signals{loop};
  std::unordered_map<std::uint64_t, std::unique_ptr<HttpSession>> sessions;
  std::uint64_t next_session = 1;
  bool accepting = false;

  void accept();
  void take(Stream::socket socket, const Stream::endpoint& endpoint);
  void watch_deadlines();
  void begin_stop();
  void erase(std::uint64_t id) override;
  void end_all();
};

void HttpServer::Body::accept() {
  if (stopping || accepting || sessions.size() >= options.connections) return;
  accepting = true;
  acceptor.async_accept(from, [this](error_code failed, Stream::socket socket) {
    accepting = false;
    if (failed && stopping) return end_all();
    if (failed) {  // out of descriptors, most likely: look again when some are back
      accept_timer.expires_after(accept_pause);
      accept_timer.async_wait([this](error_code) { accept(); });
      return;
    }
    take(std::move(socket), from);
    // What was accepted in the moment in which we began to stop is served like the others.
    if (stopping) return end_all();
    accept();
  });
}

void HttpServer::Body::take(Stream::socket socket, const Stream::endpoint& endpoint) {
  const auto network = tcp_endpoint(endpoint);
  SessionPeer peer{network ? text_of(network->address()) : "unix",
                   network ? bytes_of(network->address()) : std::string(), false};
  peer.proxy = proxies.count(peer.counted) != 0;
  if (peer.proxy) peer.counted.clear();  // it has the connections of everybody behind it
  ++counts->accepted;
  if ((!peer.proxy && !proxies.empty()) || !peers.take(peer.counted)) {
    ++counts->turned_away;
    return;
  }
  error_code ignored;
  if (network) socket.set_option(tcp::no_delay(true), ignored);
  const std::uint64_t id = next_session++;
  auto session = std::make_unique<HttpSession>(*this, id, std::move(socket), std::move(peer));
  HttpSession& started = *session;
  sessions.emplace(id, std::move(session));
  counts->open = static_cast<std::int64_t>(sessions.size());
  if (sessions.size() == 1) watch_deadlines();
  started.go();
  if (!stopping) return;
  // It may be over already, and gone.
  if (const auto found = sessions.find(id); found != sessions.end()) found->second->finish();
}

void HttpServer::Body::watch_deadlines() {
  deadline_timer.expires_after(look_at_deadlines);
  deadline_timer.async_wait([this](error_code cancelled) {
    if (cancelled || sessions.empty()) return;
    const std::chrono::nanoseconds ticks_now = ticks();
    for (const auto& [id, session] : sessions) session->expire_at(ticks_now);
    watch_deadlines();
  });
}

void HttpServer::Body::erase(std::uint64_t id) {
  const auto found = sessions.find(id);
  if (found == sessions.end()) return;
  peers.give_back(found->second->peer().counted);
  sessions.erase(found);
  counts->open = static_cast<std::int64_t>(sessions.size());
  if (stopping) return end_all();
  accept();
}

void HttpServer::Body::begin_stop() {
  if (stopping) return;
  if (options.on_stop) options.on_stop();
  error_code failed;
  // Whoever waits at the door already has been told that it is open.
  acceptor.non_blocking(true, failed);
  while (!failed && sessions.size() < options.connections) {
    Stream::endpoint endpoint;  // `from` may be of one that was accepted and not yet taken
    Stream::socket socket = acceptor.accept(loop, endpoint, failed);
    if (!failed) take(std::move(socket), endpoint);
  }
  stopping = true;
  acceptor.close(failed);
  accept_timer.cancel();
  for (const auto& [id, session] : sessions) session->finish();
  stop_timer.expires_after(options.stop_time);
  stop_timer.async_wait([this](error_code cancelled) {
    if (!cancelled) loop.stop();
  });
  end_all();
}

// The loop ends when nothing waits any more.
void HttpServer::Body::end_all() {
  if (!sessions.empty() || accepting) return;
  stop_timer.cancel();
  deadline_timer.cancel();
  signals.cancel();
  until_stopped.reset();
}

HttpServer::HttpServer(std::unique_ptr<Body> body) : body_(std::move(body)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() = default;

namespace {

using Acceptor = asio::basic_socket_acceptor<Stream>;

Result<asio::ip::address> network_address(const std::string& text) {
  error_code failed;
  const auto address = asio::ip::make_address(text == "localhost" ? "127.0.0.1" : text, failed);
  if (failed) return Error{Cause::malformed, text + ": is not an address; give 127.0.0.1 or ::1"};
  return address;
}

Done may_serve(const asio::ip::address& address, const ServerOptions& options) {
  if (address.is_loopback() || !options.proxies.empty()) return done();
  const std::string name = address.to_string();
  if (options.transport == Transport::plain) {
    return Error{Cause::denied, name +
                                    ": not served without TLS; use a loopback address, or name "
                                    "the proxies that may connect"};
  }
  if (!options.loopback_only) return done();
  return Error{Cause::denied, name +
                                  ": not served, because this version has no login: anyone on "
                                  "that network could read the page; use 127.0.0.1 or ::1"};
}

Result<Stream::endpoint> endpoint_from(const ServerOptions& options) {
  if (options.address.starts_with(unix_prefix)) {
    const std::string path = options.address.substr(unix_prefix.size());
    if (path.empty() || path.size() > 100) {
      return Error{Cause::malformed, options.address + ": give unix:/path of at most 100 bytes"};
    }
    std::error_code ignored;
    // Left by a process that is gone; a file of another kind stays, and binding says so.
    if (std::filesystem::is_socket(path, ignored)) std::filesystem::remove(path, ignored);
    return Stream::endpoint(asio::local::stream_protocol::endpoint(path));
  }
  const auto address = network_address(options.address);
  if (!address) return address.error();
  if (Done allowed = may_serve(*address, options); !allowed) return allowed.error();
  return Stream::endpoint(tcp::endpoint(*address, options.port));
}

Done open_acceptor(Acceptor& acceptor, const ServerOptions& options) {
  error_code failed;
  if (options.inherited) {
    acceptor.assign(Stream(AF_INET6, 0), *options.inherited, failed);
    const Stream::endpoint bound = failed ? Stream::endpoint() : acceptor.local_endpoint(failed);
    if (const auto network = tcp_endpoint(bound); !failed && network) {
      return may_serve(network->address(), options);
    }
    if (!failed) return done();
    return Error{Cause::io, "the socket of the service manager: " + failed.message()};
  }
  const auto endpoint = endpoint_from(options);
  if (!endpoint) return endpoint.error();
  acceptor.open(endpoint->protocol(), failed);
  if (!failed && tcp_endpoint(*endpoint)) {
    acceptor.set_option(Acceptor::reuse_address(true), failed);
    if (!failed && options.reuse_port) acceptor.set_option(ReusePort(true), failed);
  }
  if (!failed) acceptor.bind(*endpoint, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (!failed) return done();
  const bool taken = failed == asio::error::address_in_use;
  return Error{taken ? Cause::busy : Cause::io,
               options.address + " port " + std::to_string(options.port) +
                   ": cannot listen: " + failed.message() +
                   (taken ? "; stop the other program or choose another port" : "")};
}

}  // namespace

Result<HttpServer> HttpServer::listen(const ServerOptions& options, Deliver deliver) {
  // OpenSSL writes to sockets itself: a client that hangs up is an error, not the end of us.
  std::signal(SIGPIPE, SIG_IGN);
  std::set<std::string> proxies;
  for (const std::string& proxy : options.proxies) {
    if (proxy == "unix") {
      proxies.insert(std::string());
      continue;
    }
    const auto address = network_address(proxy);
    if (!address) return address.error();
    proxies.insert(bytes_of(*address));
  }
  const TlsOptions tls{options.certificate_path, options.key_path, options.client_authority_path,
                       options.client_revocation_path};
  auto context =
      options.transport == Transport::tls ? TlsContext::server(tls) : TlsContext::behind_proxy(tls);
  // Where we may not listen at all is said before what is wrong with the files.
  if (!options.inherited) {
    if (const auto endpoint = endpoint_from(options); !endpoint) return endpoint.error();
  }
  if (!context) return context.error();
  auto body = std::make_unique<Body>(options, std::move(deliver), *std::move(context));
  body->proxies = std::move(proxies);
  if (options.counts != nullptr) body->counts = options.counts;
  if (Done open = open_acceptor(body->acceptor, options); !open) return open.error();
  return HttpServer(std::move(body));
}

Result<HttpServer> HttpServer::listen(const ServerOptions& options, Handle handle) {
  return listen(options, [handle = std::move(handle)](Ticket, Request&& request) {
    return std::optional<Response>(handle(request));
  });
}

std::uint16_t HttpServer::port() const {
  error_code failed;
  const auto endpoint = tcp_endpoint(body_->acceptor.local_endpoint(failed));
  return endpoint ? endpoint->port() : std::uint16_t{0};
}

std::optional<UtcTime> HttpServer::certificate_end() const { return body_->tls.certificate_end(); }

Done HttpServer::run() {
  Body& body = *body_;
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

void HttpServer::answer(std::vector<Answer> answers) {
  asio::post(body_->loop, [body = body_.get(), answers = std::move(answers)] {
    for (const Answer& answer : answers) {
      const auto found = body->sessions.find(answer.ticket.connection);
      if (found != body->sessions.end()) {
        found->second->answer(answer.ticket.request, answer.response);
      }
    }
  });
}

}  // namespace wattlife
