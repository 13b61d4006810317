#include "lion/scenes/draw_scene.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/scenes/background.h"
#include "lion/scenes/held_out.h"
#include "lion/scenes/painter.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr int kDraws = 60;             // tries to find a kind that may join
constexpr int kPlaceTries = 48;        // positions tried at one size
constexpr double kOverlap = 3.0;       // pixels by which boxes may overlap, at scale 1
constexpr double kLargestShare = 0.9;  // of the image's side, for one object
constexpr std::array<int64_t, 4> kSignColours = {9, 2, 6, 1};  // white, yellow, pink, orange
constexpr int64_t kSmallestSign = 3;                           // letters of 13 pixels at 128

/// Draws one scene; a class because everything it does looks at what is there already.
class Planner {
 public:
  Planner(const SceneConfig& config, const Vocabulary& vocabulary, const SpriteBook& sprites,
          uint64_t index, Random random)
      : config_(config), vocabulary_(vocabulary), sprites_(sprites), random_(random) {
    scene_.index = index;
    scene_.size = config.size;
  }

  Scene draw() {
    scene_.background.look = random_.next();
    scene_.background.place = draw_place();
    wanted_ = config_.min_objects + static_cast<int64_t>(random_.below(static_cast<uint64_t>(
                                        config_.max_objects - config_.min_objects + 1)));
    if (config_.split == Split::kHeldOut) start_held_out();
    if (scene_.objects.empty() && wanted_ >= 2 && chance(random_, config_.link_share)) {
      add_link(chance(random_, 0.5) ? Relation::kInside : Relation::kOn, draw_kind());
    }
    if (room_left() > 0 && chance(random_, config_.sign_share)) add_sign();
    while (room_left() > 0 && failures_ < 4) add_group();
    if (scene_.objects.empty()) {
      throw InputError(str("scenes: on ", config_.size, " x ", config_.size,
                           " pixels no object of ", "\"scale\" ", config_.scale,
                           " finds room. Lower it, or raise \"size\"."));
    }
    return std::move(scene_);
  }

 private:
  char32_t code(int64_t kind) const { return vocabulary_.kinds()[static_cast<size_t>(kind)].code; }

  int64_t room_left() const { return wanted_ - static_cast<int64_t>(scene_.objects.size()); }

  Setting draw_place() { return static_cast<Setting>(random_.below(kSettingCount)); }

  int64_t any_kind() { return static_cast<int64_t>(random_.below(vocabulary_.kinds().size())); }

  bool shows(int64_t kind) const {
    return std::any_of(scene_.objects.begin(), scene_.objects.end(),
                       [&](const Object& object) { return object.kind == kind; });
  }

  /// Whether one name is the end of the other: a palm tree is a tree too.
  bool has_namesake(int64_t kind) const {
    const auto is_tail = [](const std::string& a, const std::string& b) {
      return a.ends_with(str(" ", b));
    };
    const std::string& name = vocabulary_.kinds()[static_cast<size_t>(kind)].name;
    return std::any_of(scene_.objects.begin(), scene_.objects.end(), [&](const Object& object) {
      const std::string other = vocabulary_.name(object);
      return is_tail(name, other) || is_tail(other, name);
    });
  }

  /// Whether the kind would form a held-out combination with place or objects.
  bool is_forbidden(int64_t kind) const {
    if (config_.split == Split::kHeldOut) return false;
    if (is_held_out(code(kind), scene_.background.place)) return true;
    return std::any_of(scene_.objects.begin(), scene_.objects.end(), [&](const Object& object) {
      return object.form == Form::kEmoji && is_held_out(code(kind), code(object.kind));
    });
  }

  /// A kind that is not there yet and may join; -1 when none was found.
  int64_t draw_kind() {
    for (int i = 0; i < kDraws; ++i) {
      const int64_t kind = any_kind();
      if (!shows(kind) && !has_namesake(kind) && !is_forbidden(kind)) return kind;
    }
    return -1;
  }

  Pose draw_pose(int64_t smallest, int64_t largest, bool may_mirror) {
    const auto limit = kLargestShare * static_cast<double>(config_.size) / sprites_.scale();
    while (largest > 0 && static_cast<double>(kObjectSizes[static_cast<size_t>(largest)]) > limit) {
      --largest;
    }
    smallest = std::min(smallest, largest);
    Pose pose;
    pose.size = smallest +
                static_cast<int64_t>(random_.below(static_cast<uint64_t>(largest - smallest + 1)));
    pose.turn = static_cast<int64_t>(random_.below(kTurns.size()));
    pose.mirrored = may_mirror && chance(random_, 0.5);
    return pose;
  }

  /// The more objects, the smaller: 72 pixels for one, 44 for five and more.
  int64_t largest_size() const {
    const int64_t largest = static_cast<int64_t>(kObjectSizes.size()) - 1;
    return std::max<int64_t>(4, largest - 2 * (std::max<int64_t>(wanted_, 1) - 1));
  }

  Object emoji(int64_t kind, int64_t smallest, int64_t largest) {
    Object object;
    object.kind = kind;
    const bool lettered = vocabulary_.kinds()[static_cast<size_t>(kind)].has(kLettered);
    object.pose = draw_pose(smallest, largest, !lettered);
    return object;
  }

  Object shape(Shape which, int64_t smallest, int64_t largest) {
    Object object;
    object.form = Form::kShape;
    object.shape = static_cast<int64_t>(which);
    object.colour = static_cast<int64_t>(random_.below(kColours.size()));
    object.pose = draw_pose(smallest, largest, false);
    // A turned diamond or square would be neither.
    object.pose.turn = 0;
    return object;
  }

  void measure(Object& object) const {
    const auto sprite = sprites_.sprite(object);
    object.width = sprite->width;
    object.height = sprite->height;
  }

  bool collides(const Object& object) const {
    const double allowed = std::floor(kOverlap * sprites_.scale());
    return std::any_of(scene_.objects.begin(), scene_.objects.end(), [&](const Object& other) {
      const auto shared = [](int64_t a, int64_t a_size, int64_t b, int64_t b_size) {
        return static_cast<double>(std::min(a + a_size, b + b_size) - std::max(a, b));
      };
      return std::min(shared(object.left, object.width, other.left, other.width),
                      shared(object.top, object.height, other.top, other.height)) > allowed;
    });
  }

  /// Whether an object that belongs in the sky is there, and one that does not is on the ground.
  bool suits(const Object& object) const {
    const double level = horizon(scene_.background) * static_cast<double>(config_.size);
    if (level >= static_cast<double>(config_.size) || object.form != Form::kEmoji) return true;
    const double bottom = static_cast<double>(object.top + object.height);
    const Kind& kind = vocabulary_.kind(object);
    if (kind.has(kInTheSky)) return object.centre_y() < level;
    return kind.has(kFlies) || bottom > level + 0.08 * static_cast<double>(config_.size);
  }

  bool find_position(Object& object) {
    const int64_t free_x = config_.size - object.width, free_y = config_.size - object.height;
    if (free_x < 0 || free_y < 0) return false;
    for (int i = 0; i < kPlaceTries; ++i) {
      object.left = static_cast<int64_t>(random_.below(static_cast<uint64_t>(free_x + 1)));
      object.top = static_cast<int64_t>(random_.below(static_cast<uint64_t>(free_y + 1)));
      if (i < kPlaceTries / 2 && !suits(object)) continue;
      if (!collides(object)) return true;
    }
    return false;
  }

  /// Puts the object where there is room, smaller if need be. Whether it found any.
  bool place(Object object) {
    const int64_t smallest = object.form == Form::kSign ? kSmallestSign : 0;
    while (true) {
      measure(object);
      if (find_position(object)) {
        scene_.objects.push_back(std::move(object));
        return true;
      }
      if (object.pose.size <= smallest) return false;
      object.pose.size = std::max(smallest, object.pose.size - 2);
    }
  }

  void add_group() {
    int64_t copies = 1;
    if (room_left() > 1 && chance(random_, config_.copy_share)) {
      copies = 2 + static_cast<int64_t>(
                       random_.below(static_cast<uint64_t>(std::min<int64_t>(room_left() - 1, 3))));
    }
    const int64_t kind = chance(random_, config_.shape_share) ? -1 : draw_kind();
    const int64_t largest = largest_size();
    Object first = kind >= 0 ? emoji(kind, 0, largest)
                             : shape(static_cast<Shape>(random_.below(kShapes.size())), 0, largest);
    for (int64_t i = 0; i < copies; ++i) {
      Object object = first;
      if (i > 0 && kind >= 0) object.pose = emoji(kind, 0, largest).pose;
      if (i > 0 && kind < 0) object.pose = draw_pose(0, largest, false), object.pose.turn = 0;
      if (!place(std::move(object))) ++failures_;
    }
  }

  void add_sign() {
    Object sign;
    sign.form = Form::kSign;
    sign.colour = pick(kSignColours, random_);
    sign.text = chance(random_, 0.35) ? str(random_.below(100)) : pick(sign_words(), random_);
    sign.pose.size = kSmallestSign + static_cast<int64_t>(random_.below(5));
    if (!place(std::move(sign))) ++failures_;
  }

  /// A large shape and a kind inside it or standing on it.
  void add_link(Relation relation, int64_t kind) {
    if (kind < 0) return;
    const Shape base = chance(random_, 0.5) ? Shape::kCircle : Shape::kSquare;
    add_link(relation, kind, relation == Relation::kOn ? Shape::kSquare : base);
  }

  void add_link(Relation relation, int64_t kind, Shape base) {
    if (config_.split != Split::kHeldOut && is_held_out(code(kind), relation, base)) return;
    const bool inside = relation == Relation::kInside;
    Object below = shape(base, inside ? 9 : 2, inside ? 11 : 7);
    Object above = emoji(kind, 0, inside ? 1 : 6);
    measure(below);
    measure(above);
    const int64_t height = inside ? below.height : below.height + above.height - 1;
    const int64_t width = std::max(below.width, above.width);
    if (width > config_.size || height > config_.size) return;
    const auto x =
        static_cast<int64_t>(random_.below(static_cast<uint64_t>(config_.size - width + 1)));
    const auto y =
        static_cast<int64_t>(random_.below(static_cast<uint64_t>(config_.size - height + 1)));
    below.left = x + (width - below.width) / 2;
    above.left = x + (width - above.width) / 2;
    below.top = y + height - below.height;
    above.top = inside ? y + (height - above.height) / 2 : y;
    if (inside && (above.width * 3 > below.width * 2 || above.height * 3 > below.height * 2))
      return;
    scene_.objects.push_back(std::move(below));
    scene_.objects.push_back(std::move(above));
    scene_.link = Link{relation, scene_.objects.size() - 1, scene_.objects.size() - 2};
  }

  /// Begins the scene with a held-out combination of one of the three sorts.
  void start_held_out() {
    for (int i = 0; i < 4000; ++i) {
      scene_.objects.clear();
      scene_.link.reset();
      const uint64_t sort = random_.below(3);
      if (sort == 0 ? start_place() : sort == 1 ? start_pair() : start_link()) return;
    }
    throw InputError(str("scenes: ", config_.kinds, " kinds and at most ", config_.max_objects,
                         " objects form no held-out combination. Use more kinds or objects."));
  }

  bool start_place() {
    const int64_t kind = any_kind();
    return is_held_out(code(kind), scene_.background.place) &&
           place(emoji(kind, 0, largest_size()));
  }

  bool start_pair() {
    const int64_t a = any_kind(), b = any_kind();
    if (config_.max_objects < 2 || !is_held_out(code(a), code(b))) return false;
    wanted_ = std::max<int64_t>(wanted_, 2);
    return place(emoji(a, 0, largest_size())) && !has_namesake(b) &&
           place(emoji(b, 0, largest_size()));
  }

  bool start_link() {
    const int64_t kind = any_kind();
    const Relation relation = chance(random_, 0.5) ? Relation::kInside : Relation::kOn;
    const Shape base =
        relation == Relation::kOn || chance(random_, 0.5) ? Shape::kSquare : Shape::kCircle;
    if (config_.max_objects < 2 || !is_held_out(code(kind), relation, base)) return false;
    wanted_ = std::max<int64_t>(wanted_, 2);
    add_link(relation, kind, base);
    return scene_.link.has_value();
  }

  const SceneConfig& config_;
  const Vocabulary& vocabulary_;
  const SpriteBook& sprites_;
  Random random_;
  Scene scene_;
  int64_t wanted_ = 1;
  int failures_ = 0;  ///< objects that found no room
};

}  // namespace

Scene draw_plan(const SceneConfig& config, const Vocabulary& vocabulary, const SpriteBook& sprites,
                uint64_t index, Random random) {
  return Planner(config, vocabulary, sprites, index, random).draw();
}

}  // namespace lion::scenes
