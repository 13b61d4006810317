#pragma once
/// Several errors of one source, reported together: whoever fixes a file wants to see all of them.

#include <string>
#include <utility>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {

/// Runs the parts of a job and keeps what they throw.
class CollectedErrors {
 public:
  /// Runs `part`; an InputError or ResourceError of it is kept, others pass through.
  template <typename Part>
  void add(Part&& part) {
    try {
      part();
    } catch (const Several<InputError>& several) {
      keep(several.messages, /*input=*/true);
    } catch (const Several<ResourceError>& several) {
      keep(several.messages, /*input=*/false);
    } catch (const InputError& error) {
      keep({error.what()}, /*input=*/true);
    } catch (const ResourceError& error) {
      keep({error.what()}, /*input=*/false);
    }
  }

  bool any() const { return !messages_.empty(); }

  /// Throws what was kept: one error as it was, several as a list below `where`; an InputError when
  /// one of them is, else a ResourceError.
  void throw_if_any(const std::string& where) const {
    if (!any()) return;
    if (any_input_) throw_as<InputError>(where);
    throw_as<ResourceError>(where);
  }

 private:
  /// Remembers the single messages, so that lists in lists become one.
  template <typename E>
  struct Several : E {
    Several(const std::string& text, std::vector<std::string> all)
        : E(text), messages(std::move(all)) {}
    std::vector<std::string> messages;
  };

  void keep(const std::vector<std::string>& messages, bool input) {
    messages_.insert(messages_.end(), messages.begin(), messages.end());
    any_input_ = any_input_ || input;
  }

  template <typename E>
  [[noreturn]] void throw_as(const std::string& where) const {
    if (messages_.size() == 1) throw E(messages_.front());
    throw Several<E>(str(where, ": ", messages_.size(), " errors:\n  ", join(messages_, "\n  ")),
                     messages_);
  }

  std::vector<std::string> messages_;
  bool any_input_ = false;
};

}  // namespace lion
