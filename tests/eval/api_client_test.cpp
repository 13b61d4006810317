#include "lion/eval/api_client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <sstream>
#include <thread>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/image/encode.h"

namespace lion::eval {
namespace {

using ::testing::HasSubstr;

/// A server of this process: one request per connection, answered by `reply`.
class FakeServer {
 public:
  explicit FakeServer(std::function<std::string(const std::string& request)> reply)
      : reply_(std::move(reply)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    socklen_t size = sizeof(address);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::listen(socket_, 16);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }

  std::string url() const { return str("http://127.0.0.1:", port_, "/v1"); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (true) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) return;
      const std::string request = read_request(connection);
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const std::string reply = reply_(request);
      ssize_t ignored = ::write(connection, reply.data(), reply.size());
      static_cast<void>(ignored);
      ::close(connection);
    }
  }

  static std::string read_request(int connection) {
    std::string text;
    char buffer[4096];
    while (true) {
      const ssize_t n = ::read(connection, buffer, sizeof(buffer));
      if (n <= 0) return text;
      text.append(buffer, static_cast<size_t>(n));
      const size_t head = text.find("\r\n\r\n");
      const size_t length = text.find("Content-Length: ");
      if (head == text.npos || length == text.npos) continue;
      if (text.size() >= head + 4 + std::stoul(text.substr(length + 16))) return text;
    }
  }

  std::function<std::string(const std::string&)> reply_;
  int socket_;
  int port_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
};

std::string http(int status, const std::string& body, const std::string& headers = "") {
  return str("HTTP/1.1 ", status, " X\r\nContent-Type: application/json\r\n", headers,
             "Content-Length: ", body.size(), "\r\n\r\n", body);
}

std::string completion(const std::string& text) {
  return http(200, Json{{"choices", {{{"message", {{"content", text}}}}}}}.dump());
}

class ApiClientTest : public ::testing::Test {
 protected:
  ApiClientTest() {
    info_.name = "pope_random";
    info_.metric = MetricKind::kPope;
    info_.decoding.max_new_tokens = 10;
    for (int i = 0; i < 3; ++i) {
      Item item;
      item.id = str(i);
      item.prompt = str("Question: number ", i, "? Short answer:");
      item.image.path = "inline.png";
      item.image.bytes = std::make_shared<const std::string>(encode_png(Image::black(2, 2)));
      items_.push_back(item);
    }
    for (const Item& item : items_) asked_.push_back({&item, nullptr});
    options_.model = "served-model";
    options_.attempts = 2;
    options_.timeout_seconds = 20;
  }

  std::vector<Prediction> ask(const std::string& url) {
    options_.url = url;
    return api_answerer(options_).answer(info_, asked_);
  }

  BenchmarkInfo info_;
  std::vector<Item> items_;
  std::vector<ItemRequest> asked_;
  ApiOptions options_;
};

TEST_F(ApiClientTest, SendsImageAndPromptAndReadsTheAnswer) {
  std::atomic<bool> is_busy = true;
  FakeServer server([&](const std::string& request) {
    if (request.find("number 0?") != request.npos && is_busy.exchange(false)) {
      return http(503, "{}", "Retry-After: 0\r\n");  // the first item is answered last
    }
    return completion(request.substr(request.find("number "), 8));
  });
  options_.key = "secret";
  const std::vector<Prediction> answers = ask(server.url());
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_FALSE(is_busy);
  EXPECT_THAT(server.requests().back(), HasSubstr("number 0?"));
  for (size_t i = 0; i < 3; ++i) {  // in the order of the items, whoever came first
    EXPECT_EQ(answers[i].text, str("number ", i));
  }
  const std::string request = server.requests().front();
  EXPECT_THAT(request, HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer secret\r\n"));
  const Json body = parse_json(request.substr(request.find("\r\n\r\n") + 4), "request");
  EXPECT_EQ(body["model"], "served-model");
  EXPECT_EQ(body["max_tokens"], 10);
  const Json& content = body["messages"][0]["content"];
  EXPECT_THAT(content[0]["image_url"]["url"].get<std::string>(),
              HasSubstr("data:image/png;base64,iVBOR"));
  EXPECT_THAT(content[1]["text"].get<std::string>(), HasSubstr("Short answer:"));
}

TEST_F(ApiClientTest, TriesAgainWhenTheServerIsBusy) {
  std::atomic<int> calls = 0;
  FakeServer server([&](const std::string&) {
    return calls++ == 0 ? http(503, "{}", "Retry-After: 0\r\n") : completion("yes");
  });
  for (const Prediction& one : ask(server.url())) EXPECT_EQ(one.text, "yes");
  EXPECT_EQ(calls, 4);
}

TEST_F(ApiClientTest, ARefusedRequestIsAnErrorOfItsItem) {
  FakeServer server([](const std::string& request) {
    return request.find("number 2?") != request.npos ? http(400, "image too small")
                                                     : completion("yes");
  });
  const std::vector<Prediction> answers = ask(server.url());
  EXPECT_EQ(answers[1].error, "");
  EXPECT_THAT(answers[2].error, HasSubstr("HTTP 400: image too small"));
}

TEST_F(ApiClientTest, AReplyOfAnotherFormIsAnErrorOfItsItem) {
  for (const char* body :
       {"not json", "{}", "{\"choices\": []}", "[1]", "{\"choices\": [{\"message\": 3}]}"}) {
    FakeServer server([&](const std::string&) { return http(200, body); });
    EXPECT_THAT(ask(server.url())[0].error, HasSubstr("no chat completion")) << body;
  }
}

TEST_F(ApiClientTest, AWrongKeyOrModelEndsTheRun) {
  FakeServer server([](const std::string&) { return http(401, "bad key"); });
  try {
    ask(server.url());
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("HTTP 401: bad key"));
    EXPECT_THAT(error.what(), HasSubstr("LION_API_KEY"));
  }
}

TEST_F(ApiClientTest, NoServerEndsTheRun) {
  options_.attempts = 1;
  std::string url;
  {
    FakeServer gone([](const std::string&) { return ""; });
    url = gone.url();
  }
  try {
    ask(url);
    FAIL();
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did not answer 1 times"));
    EXPECT_THAT(error.what(), HasSubstr("goes on from here"));
  }
}

Json body_of(const std::string& request) {
  return parse_json(request.substr(request.find("\r\n\r\n") + 4), "request");
}

TEST_F(ApiClientTest, TakesTheParametersThatTheServerWants) {
  // Refuses the old limit, then the temperature.
  FakeServer server([](const std::string& request) {
    const Json body = body_of(request);
    if (body.contains("max_tokens")) {
      return http(400, R"({"error": {"message": "Unsupported parameter: 'max_tokens' is not )"
                       R"(supported with this model. Use 'max_completion_tokens' instead.", )"
                       R"("param": "max_tokens", "code": "unsupported_parameter"}})");
    }
    if (body.contains("temperature")) {
      return http(422, R"({"detail": [{"loc": ["body", "temperature"], "msg": "not permitted"}]})");
    }
    return completion(str(body.value("max_completion_tokens", 0)));
  });
  options_.url = server.url();
  const Answerer answerer = api_answerer(options_);
  for (const Prediction& one : answerer.answer(info_, asked_)) EXPECT_EQ(one.text, "10");
  EXPECT_LE(server.requests().size(), 9u);
  // What was learned is not asked for again.
  const size_t before = server.requests().size();
  for (const Prediction& one : answerer.answer(info_, asked_)) EXPECT_EQ(one.text, "10");
  EXPECT_EQ(server.requests().size(), before + 3);
}

TEST_F(ApiClientTest, AServerMayTakeNoLimitAtAll) {
  FakeServer server([](const std::string& request) {
    const Json body = body_of(request);
    for (const char* name : {"max_tokens", "max_completion_tokens"}) {
      if (body.contains(name)) return http(400, str("unknown parameter ", name));
    }
    return completion("yes");
  });
  for (const Prediction& one : ask(server.url())) EXPECT_EQ(one.text, "yes");
}

TEST_F(ApiClientTest, ARequestThatIsTooLongIsNotAskedOtherwise) {
  FakeServer server([](const std::string&) {
    return http(400, "'max_tokens' is too large: 10. This model's maximum context length is 2048");
  });
  EXPECT_THAT(ask(server.url())[0].error, HasSubstr("maximum context length is 2048"));
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(ApiClientTest, ErrorsInTheServersWords) {
  for (const char* body :
       {R"({"error": {"message": "no such adapter", "code": 400}})",
        R"({"error": "no such adapter"})", R"({"object": "error", "message": "no such adapter"})",
        R"({"detail": "no such adapter"})"}) {
    for (const int status : {200, 400}) {
      if (status == 200 && std::string_view(body).find("\"error\":") == std::string_view::npos)
        continue;
      FakeServer server([&](const std::string&) { return http(status, body); });
      EXPECT_THAT(ask(server.url())[0].error, HasSubstr("HTTP 400: no such adapter")) << body;
    }
  }
}

TEST_F(ApiClientTest, ABusyServerMaySaySoInAReplyOf200) {
  std::atomic<int> calls = 0;
  FakeServer server([&](const std::string&) {
    return calls++ == 0 ? http(200, R"({"error": {"message": "upstream", "code": 503}})")
                        : completion("yes");
  });
  for (const Prediction& one : ask(server.url())) EXPECT_EQ(one.text, "yes");
}

TEST_F(ApiClientTest, FormsOfReplies) {
  const auto message = [](const Json& content) {
    return http(200, Json{{"choices", {{{"message", {{"content", content}}}}}}}.dump());
  };
  const std::string json = Json{{"choices", {{{"message", {{"content", "yes"}}}}}}}.dump();
  std::stringstream length;
  length << std::hex << json.size();
  const std::vector<std::string> replies = {
      message("yes"),
      message({{{"type", "text"}, {"text", "y"}}, {{"type", "text"}, {"text", "es"}}}),
      message(
          {{{"type", "thinking"}, {"thinking", "no"}}, {{"type", "output_text"}, {"text", "yes"}}}),
      message(Json::array({"yes"})),
      message("<think>no, or</think>\n\nyes"),
      http(200, R"({"choices": [{"text": "yes"}], "usage": {"logprob": NaN}})"),
      http(200,
           "data: {\"choices\": [{\"delta\": {\"role\": \"assistant\"}}]}\n\n"
           "data: {\"choices\": [{\"delta\": {\"content\": \"y\"}}]}\n\n"
           "data: {\"choices\": [{\"delta\": {\"content\": \"es\"}}]}\n\n"
           "data: {\"choices\": [], \"usage\": {}}\n\ndata: [DONE]\n\n"),
      str("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n", length.str(), "\r\n", json,
          "\r\n0\r\n\r\n")};
  for (const std::string& reply : replies) {
    FakeServer server([&](const std::string&) { return reply; });
    const Prediction answer = ask(server.url())[0];
    EXPECT_EQ(answer.text, "yes") << reply << answer.error;
  }
  FakeServer nothing([&](const std::string&) { return message(nullptr); });
  EXPECT_EQ(ask(nothing.url())[0].text, "");
  EXPECT_EQ(ask(nothing.url())[0].error, "");
}

TEST_F(ApiClientTest, ThoughtsStayWhenTheyAreWanted) {
  FakeServer server([](const std::string&) { return completion("<think>a</think>yes"); });
  options_.strip_thinking = false;
  EXPECT_EQ(ask(server.url())[0].text, "<think>a</think>yes");
  EXPECT_EQ(api_answerer(options_).settings["strip_thinking"], false);
}

TEST_F(ApiClientTest, WhatNeedsLikelihoodsIsRefused) {
  info_.metric = MetricKind::kTags;
  EXPECT_THROW(ask("http://127.0.0.1:1"), InputError);
  info_.metric = MetricKind::kRanking;
  EXPECT_THROW(ask("http://127.0.0.1:1"), InputError);
}

TEST(ApiUrl, Parts) {
  const HttpUrl local = parse_api_url("http://localhost:8000/v1/");
  EXPECT_FALSE(local.tls);
  EXPECT_EQ(local.host, "localhost");
  EXPECT_EQ(local.port, "8000");
  EXPECT_EQ(local.path, "/v1/chat/completions");
  const HttpUrl bare = parse_api_url("https://models.example");
  EXPECT_TRUE(bare.tls);
  EXPECT_EQ(bare.port, "443");
  EXPECT_EQ(bare.path, "/v1/chat/completions");
  const HttpUrl six = parse_api_url("http://[::1]:80/v1/chat/completions");
  EXPECT_EQ(six.host, "::1");
  EXPECT_EQ(six.path, "/v1/chat/completions");
  EXPECT_EQ(parse_api_url("http://h//v1//").path, "/v1/chat/completions");
  for (const char* wrong : {"", "localhost:8000", "ftp://x", "http://", "http://a b", "http://h:x",
                            "http://h:/v1", "http://user@h"}) {
    EXPECT_THROW(parse_api_url(wrong), InputError) << wrong;
  }
}

}  // namespace
}  // namespace lion::eval
