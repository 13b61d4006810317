#include "lion/train/metrics.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace lion::train {

Metrics::Metrics(std::vector<std::string> datasets)
    : datasets_(std::move(datasets)),
      shared_(2 * datasets_.size(), 0.0),
      own_(2 * datasets_.size(), 0.0) {}

void Metrics::add(const data::Batch& batch, const BatchLoss& loss) {
  for (int64_t i = 0; i < batch.size; ++i) {
    const auto row = static_cast<size_t>(i);
    const auto dataset = static_cast<size_t>(batch.samples[row].dataset);
    int64_t tokens = 0;
    for (int64_t t = 0; t < batch.target.length; ++t) {
      tokens += batch.target.mask[static_cast<size_t>(i * batch.target.length + t)];
    }
    own_[2 * dataset] += loss.sample_sums[row];
    own_[2 * dataset + 1] += static_cast<double>(tokens);
  }
}

void Metrics::share(ProcessGroup& group) {
  group.sum(at::from_blob(own_.data(), {static_cast<int64_t>(own_.size())}, at::kDouble));
  for (size_t i = 0; i < own_.size(); ++i) {
    shared_[i] += own_[i];
    own_[i] = 0;
  }
}

double Metrics::loss() const {
  double sum = 0;
  double tokens = 0;
  for (size_t d = 0; d < datasets_.size(); ++d) {
    sum += shared_[2 * d];
    tokens += shared_[2 * d + 1];
  }
  return sum / std::max(tokens, 1.0);
}

Json Metrics::means() const {
  Json json;
  json["loss"] = loss();
  for (size_t d = 0; d < datasets_.size(); ++d) {
    const double tokens = shared_[2 * d + 1];
    const bool any = tokens > 0 || shared_[2 * d] != 0;
    if (any) json["loss/" + datasets_[d]] = shared_[2 * d] / std::max(tokens, 1.0);
  }
  return json;
}

void Metrics::clear() { shared_.assign(shared_.size(), 0.0); }

Json Metrics::to_json() const { return shared_; }

void Metrics::restore(const Json& json) {
  if (!json.is_array() || json.size() != shared_.size()) return;  // other datasets: begin again
  for (size_t i = 0; i < shared_.size(); ++i) shared_[i] = json[i].get<double>();
}

}  // namespace lion::train
