#pragma once
/// A vision-language server with OpenAI's chat completions, asked in place of a model here.

#include <cstdint>
#include <string>
#include <string_view>

#include "lion/eval/run.h"
#include "lion/net/http_post.h"

namespace lion::eval {

struct ApiOptions {
  std::string url;       ///< "http://host:8000/v1", "https://..."; ".../chat/completions" as it is
  std::string model;     ///< the server's name for it
  std::string key;       ///< sent as a bearer token; "": none
  int64_t parallel = 4;  ///< requests under way at a time
  int64_t timeout_seconds = 300;  ///< of one request, connecting included
  int64_t attempts = 5;  ///< when the server is busy or does not answer; pauses of 1, 2, 4 ... s,
                         ///< or of what its Retry-After says, at most a minute
  bool strip_thinking = true;  ///< cut tagged thoughts off answers (lion/text/thinking.h)
};

/// An answerer that sends each item's image (the file as it is, as a data URI) and prompt.
/// Servers give no likelihood of a given answer: where candidates are ranked, the free answer is
/// matched to one of them, and what needs the order of all candidates (VisDial) throws InputError.
/// A server that refuses max_tokens gets max_completion_tokens, one that refuses temperature 0 gets
/// none; what changes is logged. A request that the server refuses (400, 413, 422, or an error in a
/// reply of 200) is an item's error; a wrong key, model or address, or a server that does not
/// answer, ends the run: RunRefused or ResourceError. Throws InputError for a URL that is none.
Answerer api_answerer(const ApiOptions& options);

/// The address of the chat completions. Throws InputError for a URL that is none.
HttpUrl parse_api_url(std::string_view url);

}  // namespace lion::eval
