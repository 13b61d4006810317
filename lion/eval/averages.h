#pragma once
/// The means over benchmarks that the paper's tables 2 and 3 print.

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lion::eval {

/// `scores` are benchmarks' names and main figures. Gives "held-in" (COCO, TextCaps, OKVQA,
/// A-OKVQA), "held-out" (Flickr30K, GQA, IconQA, VSR, VisDial) and "REC" (the eight sets of
/// RefCOCO) of which every member is there.
std::vector<std::pair<std::string, double>> paper_averages(
    std::span<const std::pair<std::string, double>> scores);

}  // namespace lion::eval
