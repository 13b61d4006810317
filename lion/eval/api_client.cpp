#include "lion/eval/api_client.h"

#include <algorithm>
#include <cctype>
#include <compare>
#include <future>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "lion/base/base64.h"
#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/log.h"
#include "lion/base/str.h"
#include "lion/net/http_post.h"
#include "lion/text/thinking.h"
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

std::string image_uri(const ItemImage& image) {
  std::shared_ptr<const MappedFile> file;
  std::string_view bytes;
  if (image.bytes) {
    bytes = *image.bytes;
  } else {
    file = MappedFile::open(image.path);
    bytes = {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
  }
  const ImageInfo info =
      probe_image(std::as_bytes(std::span(bytes.data(), bytes.size())), image.path.string());
  return str("data:", mime_type(info.format), ";base64,", encode_base64(bytes));
}

/// Request parameters that servers disagree about.
struct Dialect {
  std::string limit = "max_tokens";  ///< the name of the token limit; "": none is sent
  bool temperature = true;           ///< whether a temperature of 0 is sent
  auto operator<=>(const Dialect&) const = default;
};

constexpr std::string_view kNewLimit = "max_completion_tokens";

Json user_message(const Item& item) {
  const Json image = {{"type", "image_url"}, {"image_url", {{"url", image_uri(item.image)}}}};
  const Json text = {{"type", "text"}, {"text", valid_utf8(item.prompt)}};
  return {{"role", "user"}, {"content", Json::array({image, text})}};
}

std::string request_body(const std::string& model, int64_t max_new_tokens, const Json& message,
                         const Dialect& dialect) {
  Json body = {{"model", model}, {"messages", Json::array({message})}};
  if (!dialect.limit.empty()) body[dialect.limit] = max_new_tokens;
  if (dialect.temperature) body["temperature"] = 0;
  return body.dump();
}

/// A reply as JSON, NaN and its like as null; nothing when it is something else.
std::optional<Json> parse_reply(std::string_view body) {
  try {
    return parse_json(body, "reply");
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// Texts of a message's content: one text, or a list of parts, of which thoughts are left out.
std::string content_text(const Json& content) {
  if (content.is_null()) return "";
  if (content.is_string()) return content.get<std::string>();
  std::string text;
  for (const Json& part : content.is_array() ? content : Json::array({content})) {
    if (part.is_string()) text += part.get<std::string>();
    if (!part.is_object()) continue;
    const std::string type = part.value("type", "text");
    if (type == "text" || type == "output_text") text += part.at("text").get<std::string>();
  }
  return text;
}

std::string choice_text(const Json& reply) {
  const Json& choice = reply.at("choices").at(0);
  if (choice.contains("message"))
    return content_text(choice.at("message").value("content", Json()));
  if (choice.contains("delta")) return content_text(choice.at("delta").value("content", Json()));
  return content_text(choice.at("text"));
}

/// The words of a reply sent as server-sent events, which some servers do unasked.
std::string event_text(std::string_view body) {
  std::string text;
  for (const std::string& line : lines(body)) {
    const std::string_view data = trim(line);
    if (!data.starts_with("data:")) continue;
    const std::optional<Json> event = parse_reply(data.substr(5));
    // Behind the end ("[DONE]") or with the usage there is no choice.
    const bool empty =
        !event || !event->is_object() || !event->contains("choices") || (*event)["choices"].empty();
    if (!empty) text += choice_text(*event);
  }
  return text;
}

/// The words of the first choice; nothing when the reply is of another form.
std::optional<std::string> answer_in(const std::string& body) {
  try {
    if (trim(body).starts_with("data:")) return event_text(body);
    const std::optional<Json> reply = parse_reply(body);
    return reply ? std::optional(choice_text(*reply)) : std::nullopt;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::string shown(std::string_view body) { return valid_utf8(trim(body.substr(0, kShown))); }

/// What the server says is wrong: the message in its error, else the reply as it is.
std::string server_words(const std::string& body) {
  const std::optional<Json> reply = parse_reply(body);
  if (!reply || !reply->is_object()) return shown(body);
  for (const char* key : {"error", "message", "detail"}) {
    const auto found = reply->find(key);
    if (found == reply->end()) continue;
    if (found->is_string()) return shown(found->get<std::string>());
    const auto message = found->is_object() ? found->find("message") : found->end();
    if (found->is_object() && message != found->end() && message->is_string()) {
      return shown(message->get<std::string>());
    }
  }
  return shown(body);
}

/// A refusal in a reply that says 200: {"error": {..., "code": 503}}. Gives it the status that it
/// should have had.
void set_status_of_error(HttpReply& reply) {
  if (reply.status != 200) return;
  const std::optional<Json> json = parse_reply(reply.body);
  if (!json || !json->is_object() || json->contains("choices")) return;
  const auto error = json->find("error");
  if (error == json->end() || error->is_null()) return;
  reply.status = 400;
  if (!error->is_object()) return;
  const auto code = error->find("code");
  if (code == error->end() || !code->is_number_integer()) return;
  const auto number = code->get<int64_t>();
  if (number >= 400 && number < 600) reply.status = static_cast<int>(number);
}

/// The parameter of `dialect` that a refusal is about: the one named as such, else the one named
/// first; "" when it names none, or says that this one request is too long.
std::string refused_parameter(const Dialect& dialect, const HttpReply& reply) {
  if (reply.status < 400 || reply.status == 401 || reply.status == 403) return "";
  std::string text(reply.body);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* of_this_request : {"context length", "too large", "too long"}) {
    if (text.find(of_this_request) != text.npos) return "";
  }
  std::vector<std::string> sent;
  if (!dialect.limit.empty()) sent.push_back(dialect.limit);
  if (dialect.temperature) sent.emplace_back("temperature");
  const std::optional<Json> json = parse_reply(reply.body);
  if (json && json->is_object() && json->contains("error") && (*json)["error"].is_object()) {
    const Json param = (*json)["error"].value("param", Json());
    for (const std::string& name : sent) {
      if (param == name) return name;
    }
  }
  std::string first;
  size_t place = text.npos;
  for (const std::string& name : sent) {
    const size_t at = text.find(name);
    if (at >= place) continue;
    place = at;
    first = name;
  }
  return first;
}

/// What to try when a server refuses a parameter: the limit's other name, then none; no
/// temperature.
std::optional<Dialect> other_dialect(Dialect dialect, const HttpReply& reply,
                                     const std::set<Dialect>& tried) {
  const std::string refused = refused_parameter(dialect, reply);
  if (refused.empty()) return std::nullopt;
  if (refused == "temperature") {
    dialect.temperature = false;
  } else {
    dialect.limit = dialect.limit == kNewLimit ? "max_tokens" : kNewLimit;
    if (tried.contains(dialect)) dialect.limit.clear();
  }
  return tried.contains(dialect) ? std::nullopt : std::optional(dialect);
}

bool may_pass(int status) { return status == 0 || status == 408 || status == 429 || status >= 500; }

class ApiClient {
 public:
  explicit ApiClient(const ApiOptions& options)
      : options_(options), url_(parse_api_url(options.url)) {}

  /// Requests of one batch side by side.
  std::vector<Prediction> answer(const BenchmarkInfo& info, std::span<const ItemRequest> items) {
    if (info.metric == MetricKind::kRanking || info.metric == MetricKind::kTags) {
      throw InputError(str(info.name,
                           ": needs the likelihood of every candidate, which a server of "
                           "chat completions does not give. Run it with --model."));
    }
    std::vector<std::future<Prediction>> pending;
    for (const ItemRequest& asked : items) {
      pending.push_back(
          std::async(std::launch::async, [this, &info, &asked] { return ask(info, *asked.item); }));
    }
    std::vector<Prediction> predictions;
    for (std::future<Prediction>& one : pending) predictions.push_back(one.get());
    report_dialect(info);
    return predictions;
  }

 private:
  Prediction ask(const BenchmarkInfo& info, const Item& item) {
    const Json message = user_message(item);
    std::set<Dialect> tried;
    Dialect dialect = known_dialect();
    while (true) {
      tried.insert(dialect);
      const HttpReply reply =
          post(request_body(options_.model, info.decoding.max_new_tokens, message, dialect));
      const std::optional<Dialect> next = other_dialect(dialect, reply, tried);
      if (reply.status == 200) set_dialect(dialect);
      if (!next) return read(reply);
      dialect = *next;
    }
  }

  /// Asks again while the server is busy.
  HttpReply post(const std::string& body) const {
    HttpReply reply;
    for (int64_t attempt = 1; attempt <= options_.attempts; ++attempt) {
      reply = post_json(url_, options_.key, body, std::chrono::seconds(options_.timeout_seconds));
      set_status_of_error(reply);
      if (!may_pass(reply.status) || attempt == options_.attempts) break;
      const int64_t pause =
          std::min(kLongestPause, std::max(reply.retry_after, int64_t{1} << (attempt - 1)));
      std::this_thread::sleep_for(std::chrono::seconds(pause));
    }
    return reply;
  }

  Prediction read(const HttpReply& reply) const {
    Prediction prediction;
    if (reply.status == 200) {
      if (std::optional<std::string> text = answer_in(reply.body)) {
        prediction.text = options_.strip_thinking ? without_thinking(*text) : *std::move(text);
      } else {
        prediction.error =
            str(options_.url, ": the reply is no chat completion (got ", shown(reply.body), ")");
      }
      return prediction;
    }
    const std::string reported =
        reply.status == 0 ? reply.body : str("HTTP ", reply.status, ": ", server_words(reply.body));
    if (reply.status == 400 || reply.status == 413 || reply.status == 422) {
      prediction.error = str(options_.url, ": ", reported);
      return prediction;
    }
    if (may_pass(reply.status)) {
      throw ResourceError(str(options_.url, ": the server did not answer ", options_.attempts,
                              " times (", reported,
                              "). Start it and run the same command again: it goes on from here."));
    }
    throw RunRefused(str(options_.url, ": the server refuses (", reported,
                         "). Check --api, --api-model and LION_API_KEY."));
  }

  Dialect known_dialect() const {
    const std::lock_guard lock(mutex_);
    return dialect_;
  }
  void set_dialect(const Dialect& dialect) {
    const std::lock_guard lock(mutex_);
    dialect_ = dialect;
  }

  /// Says what is asked otherwise than a model here is asked, when that is new.
  void report_dialect(const BenchmarkInfo& info) {
    const Dialect now = known_dialect();
    if (now.limit.empty() && !reported_.limit.empty()) {
      log_warning(str(options_.url, ": takes no token limit: answers may be longer than ",
                      info.decoding.max_new_tokens, " tokens"));
    } else if (now.limit != reported_.limit) {
      log_info(str(options_.url, ": wants ", now.limit, ", which is sent from now on"));
    }
    if (!now.temperature && reported_.temperature) {
      log_warning(str(options_.url, ": takes no temperature 0: answers are drawn as the server ",
                      "does by default, and may differ from run to run"));
    }
    reported_ = now;
  }

  ApiOptions options_;
  HttpUrl url_;
  mutable std::mutex mutex_;
  Dialect dialect_;   // that the server took last
  Dialect reported_;  // in words; of the thread that asks
};

}  // namespace

HttpUrl parse_api_url(std::string_view text) {
  const auto fail = [&]() -> InputError {
    return InputError(str("--api: is no address of a server (got \"", text,
                          "\", expected for instance http://localhost:8000/v1). Write it so."));
  };
  HttpUrl url;
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
  for (size_t at; (at = path.find("//")) != path.npos;) path.erase(at, 1);
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
  answerer.answer = [client](const BenchmarkInfo& info, std::span<const ItemRequest> items) {
    return client->answer(info, items);
  };
  answerer.settings = {{"api", options.url}, {"model", options.model}};
  // Only where it is not the default: journals of earlier versions stay good.
  if (!options.strip_thinking) answerer.settings["strip_thinking"] = false;
  answerer.batch = options.parallel;
  return answerer;
}

}  // namespace lion::eval
