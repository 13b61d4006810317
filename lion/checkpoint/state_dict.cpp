#include "lion/checkpoint/state_dict.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <optional>
#include <unordered_set>

#include "lion/base/error.h"
#include "lion/checkpoint/bytes.h"
#include "lion/checkpoint/name_fit.h"

namespace lion {
namespace {

constexpr int kMaxNesting = 8;  // of dicts around a state dict, and of modules in a module
constexpr size_t kMaxEntries = 1'000'000;
constexpr int64_t kMaxVisited = 1'000'000;  // values may be shared, so that few have many paths
constexpr size_t kKeysShown = 5;

using Items = std::vector<std::pair<PickleRef, PickleRef>>;

/// The entries of a dict, or of an object that is a kind of dict; null for anything else.
const Items* items_of(PickleRef value) {
  if (const auto* dict = value->get_if<PickleDict>()) return &dict->items;
  const auto* object = value->get_if<PickleObject>();
  return object && !object->items.empty() ? &object->items : nullptr;
}

/// A key as text. Python 2's texts may come as bytes.
std::optional<std::string_view> text_of(PickleRef key) {
  if (const auto* text = key->get_if<PickleText>()) return text->text;
  if (const auto* bytes = key->get_if<PickleBytes>()) return bytes->bytes;
  return std::nullopt;
}

std::string class_name(const PickleObject& object) {
  return shown(object.module.empty() ? object.name : str(object.module, ".", object.name));
}

/// A key, for messages.
std::string key_str(PickleRef key) {
  if (const auto text = text_of(key)) return shown(*text);
  if (const auto* number = key->get_if<int64_t>()) return str(*number);
  if (const auto* object = key->get_if<PickleObject>()) return str("a ", class_name(*object));
  if (key->get_if<PickleTuple>()) return "a tuple";
  return "neither text nor number";
}

/// What training scripts keep beside the weights, and what may hold tensors too.
bool is_beside_weights(std::string_view key) {
  return name_contains_any(
      key, {"optim", "sched", "scaler", "rng", "random", "loss", "metric", "config", "hparam",
            "hyper", "args", "callback", "history", "grad"});
}

/// Smaller is likelier to hold the weights.
int rank_of(std::string_view key) {
  constexpr std::array<std::string_view, 12> kUsual = {
      "model",   "state_dict", "module",  "model_state_dict", "model_state", "net",
      "network", "params",     "weights", "model_dict",       "state",       "checkpoint"};
  if (is_averaged_name(key)) return 200;
  const auto found = std::find(kUsual.begin(), kUsual.end(), key);
  return found == kUsual.end() ? 100 : static_cast<int>(found - kUsual.begin());
}

/// A dict of tensors, or a module, somewhere in the file.
struct Candidate {
  std::string path;  ///< keys joined by dots; empty for the root
  PickleRef value;
  int rank = 0;
};

bool has_tensors(const Items& items) {
  return std::any_of(items.begin(), items.end(), [](const auto& item) {
    return text_of(item.first) && item.second->template get_if<PickleTensor>();
  });
}

/// The attributes of a whole torch.nn.Module; null for anything else.
const PickleDict* module_state(PickleRef value) {
  const auto* object = value->get_if<PickleObject>();
  const auto* state = object && object->state ? object->state->get_if<PickleDict>() : nullptr;
  return state && state->find("_parameters") && state->find("_modules") ? state : nullptr;
}

/// All candidates of the best rank below `value`; `others` gets the paths of those left aside.
class Search {
 public:
  std::vector<Candidate> run(PickleRef value, const std::string& path, int depth) {
    if (depth > kMaxNesting || ++visited_ > kMaxVisited) return {};
    if (module_state(value)) return {{path, value}};
    if (const auto* list = value->get_if<PickleTuple>()) return among(list->items, path, depth);
    if (const auto* list = value->get_if<PickleList>()) return among(list->items, path, depth);
    const Items* items = items_of(value);
    if (!items) return {};
    std::vector<Candidate> children;
    std::map<std::string_view, PickleRef> last;  // a later key wins
    for (const auto& [key, child] : *items) {
      if (const auto text = text_of(key)) last[*text] = child;
    }
    for (const auto& [key, child] : last) {
      if (is_beside_weights(key)) continue;
      for (Candidate& found : run(child, joined(path, key), depth + 1)) {
        found.rank = rank_of(key);
        children.push_back(std::move(found));
      }
    }
    const bool direct = has_tensors(*items);
    std::stable_sort(children.begin(), children.end(),
                     [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
    if (children.empty() || (direct && children[0].rank >= 100)) {
      for (const Candidate& child : children) others.push_back(child.path);
      if (direct) return {{path, value}};
      return {};
    }
    // Of the usual names and of averages the first, of the others all.
    size_t taken = 1;
    while (taken < children.size() && children[taken].rank == children[0].rank) ++taken;
    if (children[0].rank == 200) taken = 1;
    for (size_t i = taken; i < children.size(); ++i) others.push_back(children[i].path);
    children.resize(taken);
    return children;
  }

  std::vector<std::string> others;

 private:
  static std::string joined(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : str(path, ".", key);
  }

  std::vector<Candidate> among(const std::vector<PickleRef>& items, const std::string& path,
                               int depth) {
    std::vector<Candidate> all;
    for (size_t i = 0; i < std::min<size_t>(items.size(), 16) && all.empty(); ++i) {
      all = run(items[i], joined(path, str(i)), depth + 1);
    }
    return all;
  }

  int64_t visited_ = 0;
};

/// Adds the tensors and objects of a dict; counts keys that are not text.
void add_entries(const Items& items, const std::string& prefix, StateDict& result,
                 std::vector<std::string>& no_names) {
  for (const auto& [key, value] : items) {
    const bool tensor = value->get_if<PickleTensor>() != nullptr;
    if (!tensor && !value->get_if<PickleObject>()) continue;
    if (const auto text = text_of(key)) {
      result.entries.emplace_back(prefix + std::string(*text), value);
    } else if (tensor) {
      no_names.push_back(key_str(key));
    }
  }
}

/// The parameters and buffers of a whole module, as its state_dict() names them.
void add_module(const PickleDict& state, const std::string& prefix, int depth, StateDict& result,
                std::vector<std::string>& no_names) {
  if (depth > 4 * kMaxNesting || result.entries.size() > kMaxEntries) return;
  const PickleRef omitted = state.find("_non_persistent_buffers_set");
  const auto* omitted_names = omitted ? omitted->get_if<PickleSet>() : nullptr;
  const auto is_omitted = [omitted_names](PickleRef key) {
    const auto name = text_of(key);
    return omitted_names && name &&
           std::any_of(omitted_names->items.begin(), omitted_names->items.end(),
                       [&name](PickleRef item) { return text_of(item) == name; });
  };
  for (const std::string_view part : {"_parameters", "_buffers"}) {
    const PickleRef entries = state.find(part);
    const Items* items = entries ? items_of(entries) : nullptr;
    if (!items) continue;
    Items kept;
    for (const auto& item : *items) {
      if (!is_omitted(item.first)) kept.push_back(item);
    }
    add_entries(kept, prefix, result, no_names);
  }
  const PickleRef modules = state.find("_modules");
  const Items* items = modules ? items_of(modules) : nullptr;
  if (!items) return;
  for (const auto& [key, value] : *items) {
    const auto text = text_of(key);
    const PickleDict* inner = module_state(value);
    if (text && inner) add_module(*inner, str(prefix, *text, "."), depth + 1, result, no_names);
  }
}

/// "a", "b", "c" and 4 more
std::string some(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (size_t i = 0; i < std::min(names.size(), kKeysShown); ++i) {
    quoted.push_back(str('"', shown(names[i]), '"'));
  }
  const size_t more = names.size() - quoted.size();
  return join(quoted, ", ") + (more ? str(" and ", more, " more") : "");
}

/// Where objects of each unknown class stand, in the order of the file; not those inside others.
std::vector<std::pair<std::string, std::vector<std::string>>> find_objects(
    const PickleValue& root, const std::vector<Candidate>& weights) {
  struct Location {
    PickleRef value;
    std::string path;
  };
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  std::unordered_set<PickleRef> seen;
  for (const Candidate& candidate : weights) {
    if (module_state(candidate.value)) seen.insert(candidate.value);
  }
  std::vector<Location> stack = {{&root, ""}};
  while (!stack.empty()) {
    const Location place = std::move(stack.back());
    stack.pop_back();
    if (!seen.insert(place.value).second) continue;
    const auto* object = place.value->get_if<PickleObject>();
    const bool is_weights = std::any_of(
        weights.begin(), weights.end(),
        [&place](const Candidate& candidate) { return candidate.value == place.value; });
    if (object && !is_weights) {
      if (object->module == "torch" && !object->called) continue;  // torch.uint16, torch.strided
      const std::string name = class_name(*object);
      auto it = std::find_if(found.begin(), found.end(),
                             [&name](const auto& entry) { return entry.first == name; });
      if (it == found.end()) it = found.insert(found.end(), {name, {}});
      it->second.push_back(place.path.empty() ? "the whole file" : place.path);
      continue;
    }
    const auto push = [&](PickleRef child, const std::string& key) {
      const bool leaf = !items_of(child) && !child->get_if<PickleList>() &&
                        !child->get_if<PickleTuple>() && !child->get_if<PickleSet>() &&
                        !child->get_if<PickleObject>();
      if (leaf) return;
      std::string path = place.path.size() < 150
                             ? str(place.path, place.path.empty() ? "" : ".", key)
                             : place.path;
      stack.push_back({child, std::move(path)});
    };
    if (const Items* items = items_of(place.value)) {
      for (auto item = items->rbegin(); item != items->rend(); ++item) {
        push(item->second, key_str(item->first));
      }
      for (auto item = items->rbegin(); item != items->rend(); ++item) {
        if (item->first->get_if<PickleObject>()) push(item->first, "a key");
      }
    }
    const std::vector<PickleRef>* list = nullptr;
    if (const auto* value = place.value->get_if<PickleList>()) list = &value->items;
    if (const auto* value = place.value->get_if<PickleTuple>()) list = &value->items;
    if (const auto* value = place.value->get_if<PickleSet>()) list = &value->items;
    for (size_t i = list ? list->size() : 0; i-- > 0;) push((*list)[i], str(i));
  }
  return found;
}

[[noreturn]] void throw_no_tensors(const PickleValue& root, const std::string& where) {
  const Items* items = items_of(&root);
  if (!items) {
    const auto* object = root.get_if<PickleObject>();
    throw ResourceError(str(where, ": holds no dict of tensors",
                            object ? str(" (got an object of ", class_name(*object), ")") : "",
                            ". Save the model's state_dict()."));
  }
  std::vector<std::string> names;
  for (const auto& [key, value] : *items) {
    if (names.size() == 10) break;
    const auto* object = value->get_if<PickleObject>();
    names.push_back(str('"', key_str(key), '"', object ? str(" (", class_name(*object), ")") : ""));
  }
  throw ResourceError(str(where, ": holds no tensors (got a dict with ", items->size(),
                          " entries: ", join(names, ", "),
                          "; expected tensors by name, or such a dict under ",
                          "\"model\", \"state_dict\" or \"module\"). Is it the weights?"));
}

}  // namespace

StateDict find_state_dict(const PickleValue& root, const std::string& where) {
  Search search;
  const std::vector<Candidate> found = search.run(&root, "", 0);
  if (found.empty()) throw_no_tensors(root, where);
  StateDict result;
  std::vector<std::string> no_names;
  std::vector<std::string> paths;
  for (const Candidate& candidate : found) {
    const std::string prefix = found.size() > 1 ? candidate.path + "." : "";
    if (const PickleDict* module = module_state(candidate.value)) {
      add_module(*module, prefix, 0, result, no_names);
    } else {
      add_entries(*items_of(candidate.value), prefix, result, no_names);
    }
    paths.push_back(candidate.path);
  }
  // The released files have their weights under "model": nothing to tell.
  const bool usual = paths[0].empty() || paths[0] == "model" || paths[0] == "state_dict";
  if (!usual || paths.size() > 1 || !search.others.empty()) {
    result.notices.push_back(
        str(where, ": reads the weights ", paths[0].empty() ? "at its top" : "under " + some(paths),
            search.others.empty() ? "" : str(", not those under ", some(search.others))));
  }
  if (!no_names.empty()) {
    result.notices.push_back(
        str(where, ": ", no_names.size(),
            " tensors are skipped, as their keys are no text: ", some(no_names)));
  }
  if (const auto objects = find_objects(root, found); !objects.empty()) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < std::min(objects.size(), kKeysShown); ++i) {
      const auto& [name, places] = objects[i];
      parts.push_back(
          str(name, " at \"", shown(places[0]), '"',
              places.size() > 1 ? str(" and ", places.size() - 1, " more places") : ""));
    }
    if (objects.size() > kKeysShown)
      parts.push_back(str(objects.size() - kKeysShown, " other kinds"));
    result.notices.push_back(
        str(where, ": objects that are not weights are skipped: ", join(parts, ", ")));
  }
  return result;
}

}  // namespace lion
