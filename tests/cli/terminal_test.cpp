// The program's terminal, written to by several threads as when loaders warn during a training.
#include "cli/terminal.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace lion::cli {
namespace {

TEST(Terminal, MessagesAndProgressOfSeveralThreadsAreWholeLines) {
  Terminal terminal;
  terminal.set_log_format(LogFormat::kJson);
  ::testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&terminal, t] {
      const ProgressSink show = terminal.progress();
      for (int i = 0; i < 200; ++i) {
        if (t == 0) terminal.warning("an image is broken");
        // Complete at once, so that each is a line; tasks change, which are kept as text.
        show({i % 2 ? "reading a file with a long name" : "training", 1, 1, "steps"});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string lines = ::testing::internal::GetCapturedStderr();
  int count = 0;
  for (size_t at = 0; at < lines.size();) {
    const size_t end = lines.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    ASSERT_TRUE(Json::accept(lines.substr(at, end - at))) << lines.substr(at, end - at);
    at = end + 1;
    ++count;
  }
  EXPECT_EQ(count, 800);
}

}  // namespace
}  // namespace lion::cli
