#pragma once
/// Lists of images that must not be trained on, for instance those of a test set.

#include <cstdint>
#include <filesystem>
#include <set>

namespace lion {

/// The ids in a file: a number or a name of COCO's per line, a JSON list of them, or the annotation
/// file of a data set (COCO's and MDETR's layout, Karpathy's dataset_coco.json, LAVIS's lists,
/// lists of references; of these, records with a "split" of "train" or "restval" do not count).
/// Throws ResourceError when it cannot be read, InputError when it holds anything else.
std::set<int64_t> read_image_ids(const std::filesystem::path& path);

}  // namespace lion
