#include "lion/train/trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/random_key.h"
#include "lion/data/loader.h"
#include "lion/data/open_datasets.h"
#include "lion/nn/process_settings.h"
#include "lion/nn/torch_errors.h"
#include "lion/train/export.h"
#include "lion/train/freeze_map.h"
#include "lion/train/gradients.h"
#include "lion/train/metrics.h"
#include "lion/train/run_log.h"
#include "lion/train/train_checkpoint.h"
#include "lion/train/train_step.h"
#include "lion/train/trained_model.h"
#include "lion/train/validation.h"

namespace lion::train {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

fs::path checkpoint_folder(const TrainConfig& config) { return config.out / "checkpoints"; }
fs::path best_file(const TrainConfig& config) { return config.out / "best.safetensors"; }

data::TextEncoder make_encoder(const TrainConfig& config, const TrainedModel& model,
                               const data::DataConfig& data) {
  data::TextOptions options;
  options.tags = config.tags;
  options.tag_share = config.tag_share;
  options.tag_classes = model.tags;
  options.max_question = options.max_prompt = model.config.max_txt_len;
  options.max_target = model.config.max_output_txt_len;
  return data::TextEncoder(model.t5, model.bert, data::load_templates(data), options);
}

std::shared_ptr<const data::TagCache> load_tags(const TrainConfig& config) {
  if (config.tags == data::TagUse::kNone || config.tag_cache.empty()) return nullptr;
  return std::make_shared<data::TagCache>(data::TagCache::load(config.tag_cache));
}

std::vector<data::WeightedDataset> open_all(const data::DataConfig& config,
                                            const ProgressSink& progress) {
  data::OpenDatasets open = data::open_datasets(config, data::load_templates(config), progress);
  std::vector<data::WeightedDataset> datasets;
  for (size_t i = 0; i < open.datasets.size(); ++i) {
    datasets.push_back({std::move(open.datasets[i]), open.weights[i]});
  }
  return datasets;
}

/// All parts of a run and its loop.
class Trainer {
 public:
  Trainer(const TrainConfig& config, ProcessGroup& group, at::Device device, Resume resume,
          const TrainHooks& hooks)
      : config_(config), group_(group), hooks_(hooks), model_(plan_model(config)) {
    refuse_second_run(resume);
    note(freeze_table(model_.parameters, model_.trained_names));
    for (const std::string& line : load_model(config, model_, device)) note(line);
    for (const auto& [name, parameter] : model_.trained_in_order()) group.broadcast(parameter);
    model_.network().train();
    optimizer_ = std::make_unique<Optimizer>(model_.trained(), config.optimizer);
    forward_ = forward_options(config, hint_id(config, model_));
    open_data();
    go_on();
    gradients_ = std::make_unique<Gradients>(model_.trained_in_order(), group);
    if (first()) log_ = std::make_unique<RunLog>(config.out, config.name, state_.step);
  }

  TrainReport run() {
    started_ = Clock::now();
    step_at_start_ = state_.step;
    bool stop = false;
    if (validation_ && state_.step == 0) run_validation();
    while (state_.step < config_.steps && !stop) {
      stop = step();
      const bool last = state_.step == config_.steps || stop;
      if (state_.step % config_.log.every == 0 || last) write_log();
      const bool validate = validation_ && (state_.step % config_.validation->every == 0 ||
                                            state_.step == config_.steps);
      if (validate) run_validation();
      if (state_.step % config_.log.save_every == 0 || last) save();
    }
    TrainReport report;
    report.steps = state_.step;
    report.finished = state_.step >= config_.steps;
    report.loss = last_loss_;
    report.best_validation = state_.best_validation;
    report.skipped = loader_->skipped();
    report.checkpoint = checkpoint_path(checkpoint_folder(config_), state_.step);
    if (report.finished && first()) {
      export_trained(config_.out / "export", model_);
      if (config_.export_model) {
        report.model = config_.out / "model";
        export_model(report.model, config_, model_);
      }
    }
    group_.barrier();  // rank 0 keeps the others' connections until all are here
    return report;
  }

 private:
  bool first() const { return group_.rank() == 0; }

  void note(const std::string& text) const {
    if (first() && hooks_.note) hooks_.note(text);
  }

  void refuse_second_run(Resume resume) const {
    if (resume == Resume::kNo && !list_checkpoints(checkpoint_folder(config_)).empty()) {
      throw InputError(str(config_.out.string(),
                           ": holds a run already. Go on with it by --resume, or name another "
                           "\"out\"."));
    }
  }

  void open_data() {
    std::vector<data::WeightedDataset> datasets = open_all(config_.data, hooks_.progress);
    std::vector<std::string> names;
    for (const auto& dataset : datasets) names.push_back(dataset.dataset->name());
    metrics_ = std::make_unique<Metrics>(names);
    tags_ = load_tags(config_);
    if (config_.validation) {
      validation_ = std::make_unique<Validation>(
          open_all(config_.validation->data, hooks_.progress), config_.validation->samples,
          config_.micro_batch, model_.image_size(), symbolic_scenes(),
          make_encoder(config_, model_, config_.validation->data), tags_);
    }
    datasets_ = std::move(datasets);
  }

  bool symbolic_scenes() const { return config_.objective == Objective::kCodes; }

  data::LoaderOptions loader_options() const {
    data::LoaderOptions options;
    options.symbolic_scenes = symbolic_scenes();
    options.sampler = {config_.seed(), config_.stage, config_.batch, config_.draw,
                       config_.per_image};
    options.mixture = config_.mixture;
    options.shards = {config_.grouping, config_.micro_batch, group_.world()};
    options.rank = group_.rank();
    options.image_size = model_.image_size();
    options.augment = config_.augment;
    options.threads = config_.loader_threads;
    options.skip_broken = config_.skip_broken;
    return options;
  }

  /// What makes ranks of one run take different steps, or a different number of them.
  Json must_be_alike(const Json& sizes) const {
    Json settings = config_.json;
    for (const char* own : {"name", "about", "model", "teacher", "out", "tag_cache", "init", "log",
                            "threads", "loader_threads", "export_model"}) {
      settings.erase(own);
    }
    for (const char* pointer : {"/data/root", "/validation/data/root"}) {
      const Json::json_pointer path(pointer);
      if (settings.contains(path)) settings.at(path.parent_pointer()).erase("root");
    }
    return {{"settings", settings}, {"data sets", sizes}};
  }

  /// Ranks may have files of their own; what they do with them must be the same.
  void require_same_run(const Json& sizes) const {
    const Json mine = must_be_alike(sizes);
    const Json first = parse_json(group_.broadcast(mine.dump()), "settings of rank 0");
    const std::vector<std::string> keys = changed_keys(first, mine);
    if (keys.empty()) return;
    throw InputError(str("rank ", group_.rank(), ": its settings or data sets are not those of ",
                         "rank 0 (", join(keys, ", "),
                         "). Start all ranks with the same config and the same files."));
  }

  /// Loads the last checkpoint that can be read; its file, or "" where there is none.
  fs::path load_newest() {
    auto files = list_checkpoints(checkpoint_folder(config_));
    for (; !files.empty(); files.pop_back()) {
      try {
        state_ = load_checkpoint(files.back(), model_.trained(), *optimizer_);
        return files.back();
      } catch (const InternalError&) {
        throw;
      } catch (const Error& error) {
        if (files.size() == 1) throw;
        log_warning(str(error.what(), " Going back to the checkpoint before."));
      }
    }
    return {};
  }

  /// Rank 0 writes the checkpoints: a rank that has a newer one was rank 0 before.
  void require_newest_at_rank_0() const {
    const auto files = list_checkpoints(checkpoint_folder(config_));
    const fs::path mine = files.empty() ? fs::path() : files.back();
    const fs::path newest = group_.broadcast(mine.string());
    if (mine.empty() || checkpoint_step(mine) <= checkpoint_step(newest)) return;
    throw InputError(str("rank ", group_.rank(), ": ", mine.string(), " is newer than ",
                         newest.empty() ? str("what rank 0 has, no checkpoint")
                                        : str("the newest of rank 0, ", newest.string()),
                         ". Copy it into the folder of rank 0 to go on from it, or remove it."));
  }

  /// Finds the last checkpoint that rank 0 can read, and starts the loader there.
  void go_on() {
    Json sizes = Json::object();
    for (const auto& one : datasets_) sizes[one.dataset->name()] = one.dataset->size();
    require_same_run(sizes);
    require_newest_at_rank_0();
    const fs::path file = group_.broadcast(first() ? load_newest().string() : std::string());
    if (!file.empty()) {
      share_checkpoint(group_, model_.trained(), *optimizer_, state_);
      note(str("going on after step ", state_.step, " from ", file.string()));
      metrics_->restore(state_.metrics);
      tell_changes("settings", state_.config, config_.json);
      tell_changes("data sets", state_.datasets, sizes);
    }
    state_.config = config_.json;
    state_.datasets = sizes;
    loader_ = std::make_unique<data::Loader>(datasets_, loader_options(),
                                             make_encoder(config_, model_, config_.data), tags_,
                                             state_.sampler);
    note(mixture_table());
  }

  /// A line a data set: how many records, and how often it is drawn.
  std::string mixture_table() const {
    std::ostringstream out;
    out << std::left << std::setw(20) << "data set" << std::right << std::setw(12) << "records"
        << std::setw(12) << "drawn"
        << "\n";
    for (size_t i = 0; i < datasets_.size(); ++i) {
      const data::Dataset& dataset = *datasets_[i].dataset;
      out << std::left << std::setw(20) << dataset.name() << std::right << std::setw(12)
          << dataset.size() << std::setw(10) << std::fixed << std::setprecision(1)
          << 100 * loader_->probabilities()[i] << " %\n";
    }
    return std::move(out).str();
  }

  static std::vector<std::string> changed_keys(const Json& before, const Json& now) {
    std::vector<std::string> keys;
    for (const Json& change : Json::diff(before, now)) keys.push_back(change.value("path", ""));
    return keys;
  }

  /// They may be changed on purpose between runs, or by mistake: say which.
  void tell_changes(std::string_view what, const Json& before, const Json& now) const {
    const std::vector<std::string> keys = changed_keys(before, now);
    if (!keys.empty() && first()) {
      log_warning(str("the ", what, " have changed since the checkpoint: ", join(keys, ", ")));
    }
  }

  /// One update of the weights. Returns whether a rank was asked to stop.
  bool step() {
    const std::vector<data::Batch> batches = loader_->next();
    const at::Tensor counts = at::zeros({2}, at::kDouble);
    for (const data::Batch& batch : batches) counts[0] += batch.target_tokens();
    counts[1] = hooks_.stop_requested && hooks_.stop_requested() ? 1 : 0;
    group_.sum(counts);
    // A batch of images without a tag has nothing to divide by; its loss counts all the same.
    const double tokens = std::max(counts[0].item<double>(), 1.0);

    gradients_->zero();
    for (size_t i = 0; i < batches.size(); ++i) {
      if (i + 1 == batches.size()) gradients_->sum_as_they_come();
      seed_dropout(i);
      const BatchLoss loss = forward(model_, batches[i], forward_);
      metrics_->add(batches[i], loss);
      refuse_bad_loss(loss, batches[i]);
      (loss.sum / tokens).backward();
    }
    gradients_->finish();
    norm_ = gradients_->norm();
    refuse_bad_gradient();
    if (config_.optimizer.clip > 0 && norm_ > config_.optimizer.clip) {
      gradients_->scale(config_.optimizer.clip / norm_);
    }
    optimizer_->step(state_.step);
    metrics_->share(group_);
    ++state_.step;
    state_.sampler = loader_->state();
    show_progress();
    return counts[1].item<double>() > 0;
  }

  /// Dropout's numbers follow from the seed and the place of the samples, not from the past.
  void seed_dropout(size_t micro_batch) const {
    torch::manual_seed(random_key(KeyPurpose::kDropout, config_.seed(), config_.stage, state_.step,
                                  group_.rank(), micro_batch));
  }

  std::string last_good() const {
    const auto files = list_checkpoints(checkpoint_folder(config_));
    return files.empty() ? std::string("There is no checkpoint yet.")
                         : str("The last checkpoint is ", files.back().string(), ".");
  }

  void refuse_bad_loss(const BatchLoss& loss, const data::Batch& batch) const {
    for (size_t i = 0; i < loss.sample_sums.size(); ++i) {
      if (std::isfinite(loss.sample_sums[i])) continue;
      const data::SampleRef& sample = batch.samples[i];
      throw InputError(
          str("step ", state_.step + 1, ": the loss is ", loss.sample_sums[i], " for ",
              datasets_[static_cast<size_t>(sample.dataset)].dataset->describe(sample.record),
              "; it broke first in ", find_not_finite(model_, batch, forward_),
              ". Lower the learning rate or set optimizer.clip. ", last_good()));
    }
  }

  void refuse_bad_gradient() const {
    if (std::isfinite(norm_)) return;
    throw InputError(str("step ", state_.step + 1, ": the norm of the gradients is ", norm_,
                         ", first that of ", gradients_->first_not_finite(),
                         ". Lower the learning rate or set optimizer.clip. ", last_good()));
  }

  double samples_per_second() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    return static_cast<double>((state_.step - step_at_start_) * config_.batch) / seconds;
  }

  void show_progress() {
    if (!first() || !hooks_.progress) return;
    std::ostringstream detail;
    detail << std::setprecision(4) << "loss " << metrics_->loss() << ", " << std::setprecision(3)
           << samples_per_second() << " samples/s";
    hooks_.progress({"training", state_.step, config_.steps, "steps", detail.str()});
  }

  void write_log() {
    last_loss_ = metrics_->loss();
    if (first()) {
      Json line = metrics_->means();
      line["lr"] = config_.optimizer.schedule.rate(state_.step - 1);
      const double aggregator = config_.optimizer.aggregator_schedule.rate(state_.step - 1);
      if (aggregator != line["lr"].get<double>()) line["lr_aggregator"] = aggregator;
      line["gradient_norm"] = norm_;
      line["samples_per_s"] = samples_per_second();
      log_->write(state_.step, line);
    }
    metrics_->clear();
  }

  void run_validation() {
    const Json result = validation_->run(model_, forward_, group_);
    const double loss = result["loss"];
    Json line;
    for (const auto& [name, value] : result.items()) line["validation/" + name] = value;
    if (first()) log_->write(state_.step, line);
    if (state_.best_validation >= 0 && loss >= state_.best_validation) return;
    state_.best_validation = loss;
    if (first()) save_checkpoint(best_file(config_), model_.trained(), *optimizer_, state_);
  }

  void save() {
    if (!first()) return;
    state_.metrics = metrics_->to_json();
    const fs::path folder = checkpoint_folder(config_);
    save_checkpoint(checkpoint_path(folder, state_.step), model_.trained(), *optimizer_, state_);
    prune_checkpoints(folder, config_.log.keep);
    log_->draw();
  }

  const TrainConfig& config_;
  ProcessGroup& group_;
  const TrainHooks& hooks_;
  TrainedModel model_;
  ForwardOptions forward_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Gradients> gradients_;
  std::vector<data::WeightedDataset> datasets_;
  std::shared_ptr<const data::TagCache> tags_;
  std::unique_ptr<data::Loader> loader_;
  std::unique_ptr<Validation> validation_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<RunLog> log_;
  TrainState state_;
  double norm_ = 0;
  std::optional<double> last_loss_;  ///< of the last line of this process's log
  Clock::time_point started_;
  int64_t step_at_start_ = 0;
};

}  // namespace

TrainReport train(const TrainConfig& config, const DistributedContext& context, at::Device device,
                  Resume resume, const TrainHooks& hooks) {
  if (config.batch % (config.micro_batch * context.world) != 0) {
    throw InputError(str("batch: ", config.batch, " samples do not divide into micro-batches of ",
                         config.micro_batch, " on ", context.world,
                         " processes. Make batch a multiple of ",
                         config.micro_batch * context.world, "."));
  }
  fs::create_directories(config.out);
  const nn::RandomScope random;
  const nn::ThreadScope threads(nn::usable_threads(config.threads, "threads"));
  ProcessGroup group(context, device, std::chrono::seconds(config.timeout_s));
  try {
    return nn::with_our_errors("train", nn::Fault::kOurs, [&] {
      Trainer trainer(config, group, device, resume, hooks);
      return trainer.run();
    });
  } catch (const std::exception& error) {
    group.give_up(error.what());
    throw;
  }
}

}  // namespace lion::train
