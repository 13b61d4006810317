#pragma once
/// Internal to this component: the figures of what is in images, as a tagger finds it or captions
/// name it. Truth is `Truth::present`; all items have the same candidates.

#include <span>

#include "lion/eval/item.h"
#include "lion/eval/score.h"
#include "lion/metrics/statistics.h"

namespace lion::eval {

/// An item with its answer.
struct AnsweredItem {
  const Item* item;
  const Prediction* prediction;
};

/// Mean average precision of `losses` over the categories that some image has; precision and
/// recall of the names in `text`; per category its AP, per image the F1 of its names. Throws
/// InputError when an answer lacks losses or no image has a category.
void score_tags(Score& score, std::span<const AnsweredItem> answered);

/// Percentile bootstrap over images. A draw has images twice, which lifts the average precision
/// of rare categories: the interval is moved by as much as the mean of the draws is off. A draw
/// whose images have no category has no figure and is drawn again.
Interval tags_interval(std::span<const AnsweredItem> answered, const Score& score);

/// Recall of the categories of images by the names in `text`; precision and CHAIR of the names;
/// recall per category and per image that has any. Source of CHAIR: Rohrbach et al. 2018, "Object
/// Hallucination in Image Captioning". Throws InputError when no image has a category.
void score_mentions(Score& score, std::span<const AnsweredItem> answered);

/// Percentile bootstrap over the images that have a category, all of them in `score.ids`.
Interval mentions_interval(std::span<const AnsweredItem> answered, const Score& score);

}  // namespace lion::eval
