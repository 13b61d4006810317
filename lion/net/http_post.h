#pragma once
/// One HTTP request. The source of this header is the only one that includes
/// Boost.Beast.

#include <chrono>
#include <cstdint>
#include <string>

namespace lion {

/// An address in its parts.
struct HttpUrl {
  bool tls = false;
  std::string host;
  std::string port;
  std::string path;
};

struct HttpReply {
  int status = 0;  ///< 0: no reply came, `body` says why
  std::string body;
  int64_t retry_after = 0;  ///< seconds, from the header; 0: not said
};

/// Posts JSON over a connection of its own; certificates are checked. Never throws for what the
/// network does.
HttpReply post_json(const HttpUrl& url, const std::string& key, const std::string& body,
                    std::chrono::seconds timeout);

}  // namespace lion
