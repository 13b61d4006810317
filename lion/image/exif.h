#pragma once
/// The one thing that this library reads from EXIF: which side of the picture is up.

#include <cstddef>
#include <span>

namespace lion {

/// Orientation 1..8 from an EXIF block, which starts with the TIFF header ("II" or "MM"), possibly
/// after "Exif\0\0". 1, which is "as stored", when the block is damaged or does not say.
/// Source: Exif 2.3, tag 0x0112 of the first directory.
int exif_orientation(std::span<const std::byte> exif) noexcept;

}  // namespace lion
