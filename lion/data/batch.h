#pragma once
/// What the networks take, as plain numbers: B samples padded to the same lengths.

#include <cstdint>
#include <string>
#include <vector>

namespace lion::data {

/// Ids [rows,length] int64, padded on the right, and their mask of 0/1.
struct TokenMatrix {
  int64_t rows = 0;
  int64_t length = 0;
  std::vector<int64_t> ids;
  std::vector<int64_t> mask;
};

/// Which record a sample came from.
struct SampleRef {
  int64_t dataset = 0;  ///< in the mixture
  int64_t record = 0;   ///< in the dataset
  uint64_t key = 0;     ///< seeds its template, its answer and its augmentation
};

struct Batch {
  int64_t size = 0;           ///< B
  int64_t per_image = 1;      ///< R: so many samples in a row are about the same image
  int64_t image_size = 0;     ///< S
  std::vector<float> pixels;  ///< [B/R,3,S,S], normalised
  std::vector<float>
      symbolic_pixels;   ///< the same of the images' symbolic scenes, where they are asked for
  TokenMatrix question;  ///< WordPiece ids for the Q-Former
  TokenMatrix prompt;    ///< T5 ids, tag sentence included
  TokenMatrix target;    ///< T5 ids of the answers, or numbers of tags; the mask tells which
  std::vector<int64_t> level;  ///< [B]: 0 region, 1 image
  std::vector<SampleRef> samples;

  /// Target tokens that count in the loss, end of sequence included.
  int64_t target_tokens() const {
    int64_t n = 0;
    for (const int64_t m : target.mask) n += m;
    return n;
  }
};

}  // namespace lion::data
