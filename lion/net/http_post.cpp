#include "lion/net/http_post.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <charconv>
#include <ctime>
#include <exception>
#include <system_error>

#include "lion/base/str.h"

namespace lion {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace {

constexpr uint64_t kMaxReply = 16u << 20;  // bytes

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Request request_of(const HttpUrl& url, const std::string& key, const std::string& body) {
  Request request(http::verb::post, url.path, 11);
  request.set(http::field::host, str(url.host, ":", url.port));
  request.set(http::field::content_type, "application/json");
  request.set(http::field::accept, "application/json");
  request.set(http::field::user_agent, "lion");
  if (!key.empty()) request.set(http::field::authorization, str("Bearer ", key));
  request.keep_alive(false);
  request.body() = body;
  request.prepare_payload();
  return request;
}

template <typename Stream>
asio::awaitable<Response> exchange(Stream& stream, const Request& request) {
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxReply);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return parser.release();
}

asio::awaitable<Response> send(const HttpUrl& url, const Request& request,
                               std::chrono::seconds timeout) {
  auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  const auto places = co_await resolver.async_resolve(url.host, url.port, asio::use_awaitable);
  if (!url.tls) {
    beast::tcp_stream stream(executor);
    stream.expires_after(timeout);
    co_await stream.async_connect(places, asio::use_awaitable);
    co_return co_await exchange(stream, request);
  }
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_default_verify_paths();
  context.set_verify_mode(asio::ssl::verify_peer);
  beast::ssl_stream<beast::tcp_stream> stream(executor, context);
  stream.set_verify_callback(asio::ssl::host_name_verification(url.host));
  SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
  beast::get_lowest_layer(stream).expires_after(timeout);
  co_await beast::get_lowest_layer(stream).async_connect(places, asio::use_awaitable);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  co_return co_await exchange(stream, request);
}

/// Retry-After: seconds, or the date of RFC 9110; 0 when it is neither.
int64_t seconds_until(const std::string& retry_after) {
  int64_t seconds = 0;
  const char* end = retry_after.data() + retry_after.size();
  if (std::from_chars(retry_after.data(), end, seconds).ec == std::errc()) return seconds;
  std::tm date{};
  if (!::strptime(retry_after.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date)) return 0;
  return std::max<int64_t>(0, ::timegm(&date) - std::time(nullptr));
}

}  // namespace

HttpReply post_json(const HttpUrl& url, const std::string& key, const std::string& body,
                    std::chrono::seconds timeout) {
  HttpReply reply;
  const Request request = request_of(url, key, body);
  asio::io_context io;
  const auto done = [&](std::exception_ptr failed, Response response) {
    if (failed) {
      try {
        std::rethrow_exception(failed);
      } catch (const std::exception& error) {
        reply.body = error.what();
      }
      return;
    }
    reply.status = static_cast<int>(response.result_int());
    reply.body = std::move(response.body());
    const auto after = response[http::field::retry_after];
    reply.retry_after = seconds_until({after.data(), after.size()});
  };
  asio::co_spawn(io, send(url, request, timeout), done);
  // Resolving a name has no time limit of its own.
  io.run_for(timeout + std::chrono::seconds(1));
  if (reply.status == 0 && reply.body.empty()) reply.body = "no reply in time";
  return reply;
}

}  // namespace lion
