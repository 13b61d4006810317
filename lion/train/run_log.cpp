#include "lion/train/run_log.h"

#include "lion/base/file.h"
#include "lion/train/curve_svg.h"
#include "lion/train/event_file.h"
#include "lion/train/train_log.h"

namespace lion::train {
namespace {

/// The curve of one key of the log; empty where no line has it.
CurveSeries series_of(const std::vector<Json>& lines, const std::string& key,
                      const std::string& name) {
  CurveSeries series{name, {}};
  for (const Json& line : lines) {
    const auto it = line.find(key);
    if (it != line.end() && it->is_number()) {
      series.points.push_back({line["step"].get<double>(), it->get<double>()});
    }
  }
  return series;
}

}  // namespace

RunLog::RunLog(const std::filesystem::path& folder, std::string title, int64_t step)
    : folder_(folder),
      title_(std::move(title)),
      lines_(std::make_unique<TrainLog>(folder / "log.jsonl", step + 1)),
      events_(std::make_unique<EventFile>(folder / "events", step + 1)) {}

RunLog::~RunLog() = default;

void RunLog::write(int64_t step, const Json& line) {
  Json with_step = {{"step", step}};
  with_step.update(line);
  lines_->write(with_step);
  for (const auto& [name, value] : line.items()) {
    if (value.is_number()) events_->scalar(name, step, value.get<double>());
  }
}

void RunLog::draw() const {
  const std::vector<Json> lines = read_train_log(folder_ / "log.jsonl");
  std::vector<CurveSeries> series;
  series.push_back(series_of(lines, "loss", "all"));
  std::set<std::string> keys;
  for (const Json& line : lines) {
    for (const auto& [key, value] : line.items()) {
      if (key.starts_with("loss/")) keys.insert(key);
    }
  }
  if (keys.size() > 1) {
    for (const std::string& key : keys) series.push_back(series_of(lines, key, key.substr(5)));
  }
  CurveSeries validation = series_of(lines, "validation/loss", "validation");
  if (!validation.points.empty()) series.push_back(std::move(validation));
  CurveOptions options;
  options.title = title_;
  write_file(folder_ / "loss.svg", curve_svg(series, options));
}

}  // namespace lion::train
