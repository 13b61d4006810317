#pragma once
/// VQA accuracy and the normalisation of answers, in the two variants in use, and its two
/// relatives: A-OKVQA's direct answers and GQA's exact match. Sources: LAVIS,
/// GT-Vision-Lab/VQA.

#include <span>
#include <string>
#include <string_view>

namespace lion {

/// kLavis: the evaluator inside LAVIS, LION's code base. kOfficial: GT-Vision-Lab's.
enum class VqaEvaluator { kLavis, kOfficial };
VqaEvaluator parse_vqa_evaluator(
    std::string_view name);  ///< "lavis", "official"; throws InputError
std::string_view vqa_evaluator_name(VqaEvaluator evaluator);

/// Line breaks and tabs to blanks, nothing at the ends: what comes before step A.
std::string vqa_clean(std::string_view text);
/// Step A: punctuation. Works on UTF-8; the marks are ASCII, digits are those of any script.
std::string vqa_punctuation(std::string_view text);
/// Step B: lower case, numbers as digits, no articles, contractions with apostrophe.
std::string vqa_words(std::string_view text);
/// vqa_clean, A, B: what a prediction always gets.
std::string vqa_normalize(std::string_view text);

/// Accuracy of one prediction against the answers of people, 0..1.
double vqa_accuracy(std::string_view prediction, std::span<const std::string> answers,
                    VqaEvaluator evaluator = VqaEvaluator::kLavis);

/// min(1, matches / 3), compared as they are; with `normalize`, the prediction is stripped, loses
/// one final full stop and is lower-cased.
enum class AokvqaAnswer { kAsIs, kNormalized };
double aokvqa_accuracy(std::string_view prediction, std::span<const std::string> direct_answers,
                       AokvqaAnswer how = AokvqaAnswer::kAsIs);

/// GQA: equal after A and B on both sides.
bool gqa_correct(std::string_view prediction, std::string_view answer);

}  // namespace lion
