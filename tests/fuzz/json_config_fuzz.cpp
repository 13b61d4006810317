/// Fuzzes the strict JSON reader with a small config of every type that it knows.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const lion::Json json = lion::parse_json(text, "fuzz");
    bool flag = false;
    int64_t depth = 0;
    double rate = 0;
    std::string name;
    std::vector<int64_t> layers;
    std::vector<std::string> tags;
    lion::JsonReader reader(json, "fuzz");
    reader.read("flag", flag);
    reader.require("depth", depth);
    reader.read("name", name);
    reader.ignore("comment");
    lion::JsonReader vit = reader.object("vit");
    vit.read("rate", rate);
    vit.read("layers", layers);
    vit.read("tags", tags);
    vit.finish();
    reader.finish();
  } catch (const lion::Error&) {
  }
  return 0;
}
