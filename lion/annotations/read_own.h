#pragma once
/// A person's own data: one layout of JSON lines for captions, questions, dialogues and boxes.
/// docs/own-data.md describes it.

#include "lion/annotations/readers.h"
#include "lion/text/box_format.h"
#include "lion/text/prompt.h"

namespace lion {

struct OwnOptions {
  BoxFormat boxes;    ///< of lines without a "box_format"
  std::string split;  ///< lines of another "split" are left out; lines without one are taken
};

/// A table for each kind of record; null where the files hold none.
struct OwnTables {
  TablePtr captions;
  TablePtr questions;
  TablePtr dialogues;  ///< a record per turn
  TablePtr regions;

  /// The table that a training task reads.
  const TablePtr& of(Task task) const;
};

/// Images are looked for below the context's image folder, then beside the file. A line that cannot
/// be used is a problem, and the others are read. Throws ResourceError when a file cannot be read,
/// InputError when no line at all is of use.
OwnTables read_own(const Paths& files, const OwnOptions& options, const ReadContext& context);

}  // namespace lion
