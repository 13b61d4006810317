#pragma once
/// The one thing that this library reads from EXIF and XMP: which side of the image is up.

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace lion {

/// Orientation 1..8 from an EXIF block, which starts with the TIFF header ("II" or "MM"), possibly
/// after "Exif\0\0". None when the block is damaged or does not say; 1, which is "as stored", for a
/// value that is none of the eight. Source: Exif 2.3, tag 0x0112 of the first directory.
std::optional<int> find_exif_orientation(std::span<const std::byte> exif) noexcept;

/// As `find_exif_orientation`, with 1 for none.
int exif_orientation(std::span<const std::byte> exif) noexcept;

/// Orientation 1..8 from an XMP packet (tiff:Orientation, as attribute or element), 1 when it does
/// not say. What EXIF says goes first, as in Pillow.
int xmp_orientation(std::string_view xmp) noexcept;

inline int xmp_orientation(std::span<const std::byte> xmp) noexcept {
  return xmp_orientation(std::string_view(reinterpret_cast<const char*>(xmp.data()), xmp.size()));
}

}  // namespace lion
