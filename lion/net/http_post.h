#pragma once
/// Internal to this component: one HTTP request. Its source is the only one that includes
/// Boost.Beast.

#include <chrono>
#include <cstdint>
#include <string>

#include "lion/eval/api_client.h"

namespace lion::eval {

struct HttpReply {
  int status = 0;  ///< 0: no reply came, `body` says why
  std::string body;
  int64_t retry_after = 0;  ///< seconds, from the header; 0: not said
};

/// Posts JSON over a connection of its own; certificates are checked. Never throws for what the
/// network does.
HttpReply post_json(const ApiUrl& url, const std::string& key, const std::string& body,
                    std::chrono::seconds timeout);

}  // namespace lion::eval
