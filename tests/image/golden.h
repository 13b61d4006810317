#pragma once
/// Tensors of a safetensors file, for the parity test: 8 bytes with the header's length, a JSON
/// header, then the data.

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "lion/base/file.h"
#include "lion/base/json.h"

namespace lion::test {

class Goldens {
 public:
  explicit Goldens(const std::filesystem::path& path) : content_(read_file(path)) {
    uint64_t size = 0;
    std::memcpy(&size, content_.data(), sizeof size);
    header_ = Json::parse(content_.substr(8, size));
    start_ = 8 + size;
  }

  bool has(const std::string& name) const { return header_.contains(name); }
  std::vector<int64_t> shape(const std::string& name) const { return header_.at(name).at("shape"); }

  template <typename T>
  std::vector<T> values(const std::string& name) const {
    const std::vector<size_t> ends = header_.at(name).at("data_offsets");
    std::vector<T> out((ends.at(1) - ends.at(0)) / sizeof(T));
    std::memcpy(out.data(), content_.data() + start_ + ends[0], out.size() * sizeof(T));
    return out;
  }

 private:
  std::string content_;
  Json header_;
  size_t start_ = 0;
};

}  // namespace lion::test
