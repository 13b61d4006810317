#include "lion/eval/api_client.h"

#include <algorithm>
#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "lion/base/base64.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/log.h"
#include "lion/base/str.h"
#include "lion/eval/http_post.h"
#include "lion/text/unicode.h"

namespace lion::eval {
namespace {

constexpr int64_t kLongestPause = 60;  // seconds
constexpr size_t kShown = 300;         // bytes of a reply in a message

std::string_view mime_type(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "image/jpeg";
    case ImageFormat::kPng:
      return "image/png";
    case ImageFormat::kWebp:
      return "image/webp";
    case ImageFormat::kGif:
      return "image/gif";
  }
  return "";
}

std::string picture_uri(const ItemPicture& picture) {
  std::shared_ptr<const MappedFile> file;
  std::string_view bytes;
  if (picture.bytes) {
    bytes = *picture.bytes;
  } else {
    file = MappedFile::open(picture.path);
    bytes = {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
  }
  const ImageInfo info =
      probe_image(std::as_bytes(std::span(bytes.data(), bytes.size())), picture.path.string());
  return str("data:", mime_type(info.format), ";base64,", encode_base64(bytes));
}

std::string request_body(const ApiOptions& options, const BenchmarkInfo& info, const Item& item) {
  const Json image = {{"type", "image_url"}, {"image_url", {{"url", picture_uri(item.picture)}}}};
  const Json text = {{"type", "text"}, {"text", valid_utf8(item.prompt)}};
  const Json message = {{"role", "user"}, {"content", Json::array({image, text})}};
  return Json{{"model", options.model},
              {"messages", Json::array({message})},
              {"max_tokens", info.decoding.max_new_tokens},
              {"temperature", 0}}
      .dump();
}

/// The words of the first choice; nothing when the reply is of another form.
std::optional<std::string> answer_in(const std::string& body) {
  if (body.find('\0') != body.npos) return std::nullopt;  // the parser's end of the text
  const Json reply = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (reply.is_discarded() || !reply.is_object()) return std::nullopt;
  try {
    const Json& content = reply.at("choices").at(0).at("message").at("content");
    if (content.is_null()) return "";
    if (content.is_string()) return content.get<std::string>();
    std::string text;
    for (const Json& part : content) {
      if (part.value("type", "") == "text") text += part.at("text").get<std::string>();
    }
    return text;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::string shown(std::string_view body) { return valid_utf8(trim(body.substr(0, kShown))); }

bool may_pass(int status) { return status == 0 || status == 408 || status == 429 || status >= 500; }

class ApiClient {
 public:
  explicit ApiClient(const ApiOptions& options)
      : options_(options), url_(parse_api_url(options.url)) {}

  /// Requests of one batch side by side.
  std::vector<Prediction> answer(const BenchmarkInfo& info, std::span<const Asked> items) const {
    if (info.metric == MetricKind::kRanking || info.metric == MetricKind::kTags) {
      throw InputError(str(info.name,
                           ": needs the likelihood of every candidate, which a server of "
                           "chat completions does not give. Run it with --model."));
    }
    std::vector<std::future<Prediction>> pending;
    for (const Asked& asked : items) {
      pending.push_back(
          std::async(std::launch::async, [this, &info, &asked] { return ask(info, *asked.item); }));
    }
    std::vector<Prediction> predictions;
    for (std::future<Prediction>& one : pending) predictions.push_back(one.get());
    return predictions;
  }

 private:
  Prediction ask(const BenchmarkInfo& info, const Item& item) const {
    const std::string body = request_body(options_, info, item);
    HttpReply reply;
    for (int64_t attempt = 1; attempt <= options_.attempts; ++attempt) {
      reply = post_json(url_, options_.key, body, std::chrono::seconds(options_.timeout_seconds));
      if (!may_pass(reply.status) || attempt == options_.attempts) break;
      const int64_t pause =
          std::min(kLongestPause, std::max(reply.retry_after, int64_t{1} << (attempt - 1)));
      std::this_thread::sleep_for(std::chrono::seconds(pause));
    }
    return read(reply);
  }

  Prediction read(const HttpReply& reply) const {
    Prediction prediction;
    if (reply.status == 200) {
      if (std::optional<std::string> text = answer_in(reply.body)) {
        prediction.text = *std::move(text);
      } else {
        prediction.error =
            str(options_.url, ": the reply is no chat completion (got ", shown(reply.body), ")");
      }
      return prediction;
    }
    const std::string told =
        reply.status == 0 ? reply.body : str("HTTP ", reply.status, ": ", shown(reply.body));
    if (reply.status == 400 || reply.status == 413 || reply.status == 422) {
      prediction.error = str(options_.url, ": ", told);
      return prediction;
    }
    if (may_pass(reply.status)) {
      throw ResourceError(str(options_.url, ": the server did not answer ", options_.attempts,
                              " times (", told,
                              "). Start it and run the same command again: it goes on from here."));
    }
    throw InputError(str(options_.url, ": the server refuses (", told,
                         "). Check --api, --api-model and LION_API_KEY."));
  }

  ApiOptions options_;
  ApiUrl url_;
};

}  // namespace

ApiUrl parse_api_url(std::string_view text) {
  const auto fail = [&]() -> InputError {
    return InputError(str("--api: is no address of a server (got \"", text,
                          "\", expected for instance http://localhost:8000/v1). Write it so."));
  };
  ApiUrl url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    throw fail();
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  std::string path(rest.substr(slash));
  url.port = url.tls ? "443" : "80";
  const size_t bracket = authority.find(']');  // an IPv6 address has colons of its own
  const size_t colon = authority.rfind(':');
  if (colon != authority.npos && (bracket == authority.npos || colon > bracket)) {
    url.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
    if (url.port.empty() || url.port.find_first_not_of("0123456789") != std::string::npos) {
      throw fail();
    }
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  if (authority.empty() || text.find_first_of(" \t\r\n@?#") != text.npos) throw fail();
  url.host = authority;
  while (path.ends_with('/')) path.pop_back();
  if (!path.ends_with("/chat/completions")) {
    path += path.empty() ? "/v1/chat/completions" : "/chat/completions";
  }
  url.path = std::move(path);
  return url;
}

Answerer api_answerer(const ApiOptions& options) {
  const auto client = std::make_shared<ApiClient>(options);
  Answerer answerer;
  answerer.answer = [client](const BenchmarkInfo& info, std::span<const Asked> items) {
    return client->answer(info, items);
  };
  answerer.settings = {{"api", options.url}, {"model", options.model}};
  answerer.batch = options.parallel;
  return answerer;
}

}  // namespace lion::eval
