#include "lion/checkpoint/torch_file.h"

#include <functional>

#include "lion/base/error.h"
#include "lion/checkpoint/bytes.h"
#include "lion/checkpoint/pickle.h"
#include "lion/checkpoint/zip.h"

namespace lion {
namespace {

constexpr std::string_view kDamaged = "The file is damaged or hostile: get it again.";
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::string_view kMagicDigits = "119547037146038801333356L";  // in protocol 1
constexpr int64_t kLegacyProtocol = 1001;

/// The bytes of a storage.
using FindStorage = std::function<std::span<const std::byte>(const PickleStorage&)>;

uint64_t storage_bytes(const PickleStorage& storage, const std::string& where) {
  uint64_t bytes = 0;
  if (storage.numel < 0 || __builtin_mul_overflow(static_cast<uint64_t>(storage.numel),
                                                  size_of(storage.dtype), &bytes)) {
    throw ResourceError(str(where, ": storage \"", shown(storage.key), "\" has ", storage.numel,
                            " elements. ", kDamaged));
  }
  return bytes;
}

/// The view of one tensor, checked against its storage.
TensorView view_of(const PickleTensor& tensor, const FindStorage& find,
                   std::shared_ptr<const MappedFile> file, const std::string& where) {
  const auto& storage = *tensor.storage->get_if<PickleStorage>();
  const auto outside = [&](std::string_view what) {
    throw ResourceError(str(where, " ", what, " (got offset ", tensor.offset, ", sizes ",
                            shape_str(tensor.shape), ", strides ", shape_str(tensor.strides),
                            ", expected to fit into a storage of ", storage.numel, " elements). ",
                            kDamaged));
  };
  const auto bytes = find(storage);
  const auto numel = checked_numel(tensor.shape);
  if (!numel || tensor.offset < 0 || tensor.offset > storage.numel) outside("is out of bounds");
  TensorView view{storage.dtype, tensor.shape, tensor.strides, {}, std::move(file)};
  if (*numel == 0) return view;
  // Elements may not repeat: a small file could claim terabytes through strides of zero.
  if (*numel > storage.numel) outside("is larger than its storage");
  int64_t last = 0;  // index of the last element, counted from the first
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    int64_t reach = 0;
    if (tensor.strides[i] < 0 ||
        __builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      outside("is out of bounds");
    }
  }
  if (last >= storage.numel - tensor.offset) outside("is out of bounds");
  const auto size = static_cast<uint64_t>(size_of(storage.dtype));
  view.bytes = bytes.subspan(static_cast<uint64_t>(tensor.offset) * size,
                             static_cast<uint64_t>(last + 1) * size);
  return view;
}

bool has_tensors(const PickleDict& dict) {
  for (const auto& [key, value] : dict.items) {
    if (key->get_if<PickleText>() && value->get_if<PickleTensor>()) return true;
  }
  return false;
}

/// The dict that holds the tensors: an entry of the usual name, else the root.
const PickleDict& state_dict_of(const PickleValue& root, const std::string& where) {
  const auto* top = root.get_if<PickleDict>();
  if (!top) {
    throw ResourceError(str(where, ": holds no dict of tensors. Save the model's state_dict()."));
  }
  for (const std::string_view name : {"model", "state_dict", "module"}) {
    const PickleRef entry = top->find(name);
    const auto* dict = entry ? entry->get_if<PickleDict>() : nullptr;
    if (dict && has_tensors(*dict)) return *dict;
  }
  if (has_tensors(*top)) return *top;
  std::vector<std::string> names;
  for (const auto& [key, value] : top->items) {
    const auto* text = key->get_if<PickleText>();
    if (text && names.size() < 10) names.push_back(str('"', shown(text->text), '"'));
  }
  throw ResourceError(
      str(where, ": holds no tensors (got a dict with ", top->items.size(),
          " entries: ", join(names, ", "), "; expected tensors by name, or such a ",
          "dict under \"model\", \"state_dict\" or \"module\"). Is it the weights?"));
}

TensorMap tensors_of(const Pickle& pickle, const FindStorage& find,
                     const std::shared_ptr<const MappedFile>& file, const std::string& where) {
  TensorMap tensors;
  for (const auto& [key, value] : state_dict_of(pickle.root(), where).items) {
    const auto* name = key->get_if<PickleText>();
    const auto* tensor = value->get_if<PickleTensor>();
    if (!name || !tensor) continue;
    tensors.insert_or_assign(
        std::string(name->text),
        view_of(*tensor, find, file, str(where, ": tensor \"", shown(name->text), '"')));
  }
  return tensors;
}

/// The folder inside the archive, with its slash: "archive/" by default, or the file's name.
std::string root_folder(const ZipReader& zip, const std::string& where) {
  constexpr std::string_view kPickle = "data.pkl";
  for (const std::string& name : zip.names()) {
    const size_t slash = name.find('/');
    const size_t begin = slash == std::string::npos ? 0 : slash + 1;
    if (std::string_view(name).substr(begin) == kPickle) return name.substr(0, begin);
  }
  throw ResourceError(str(where, ": is a zip archive without data.pkl, not a PyTorch file. Name a ",
                          "file that torch.save wrote."));
}

TensorMap parse_zip(std::span<const std::byte> bytes, std::shared_ptr<const MappedFile> file,
                    const std::string& where) {
  const ZipReader zip(bytes, where);
  const std::string root = root_folder(zip, where);
  if (zip.contains(root + "constants.pkl")) {
    throw ResourceError(str(where, ": is a TorchScript archive, a program and not weights. Save ",
                            "the model's state_dict() with torch.save instead."));
  }
  const std::string order = root + "byteorder";
  if (zip.contains(order) && as_text(zip.at(order)) != "little") {
    throw ResourceError(str(where, ": byte order is \"", shown(as_text(zip.at(order))),
                            "\", expected \"little\". Save it again on a little-endian machine."));
  }
  const Pickle pickle(zip.at(root + "data.pkl"), where);
  const auto find = [&](const PickleStorage& storage) {
    const auto content = zip.at(str(root, "data/", storage.key));
    const uint64_t expected = storage_bytes(storage, where);
    if (content.size() != expected) {
      throw ResourceError(str(where, ": storage \"", shown(storage.key), "\" has ", content.size(),
                              " bytes, expected ", expected, " for ", storage.numel,
                              " elements of ", dtype_name(storage.dtype), ". ", kDamaged));
    }
    return content;
  };
  return tensors_of(pickle, find, file, where);
}

/// Storages that tensors anywhere in the pickle use, by key.
using StorageMap = std::map<std::string_view, const PickleStorage*>;

StorageMap storages_of(const Pickle& pickle, const std::string& where) {
  StorageMap storages;
  for (const PickleValue& value : pickle.values()) {
    const auto* storage = value.get_if<PickleStorage>();
    if (!storage) continue;
    const PickleStorage& known = *storages.emplace(storage->key, storage).first->second;
    if (known.dtype != storage->dtype || known.numel != storage->numel) {
      throw ResourceError(
          str(where, ": storage \"", storage->key, "\" is described in two ways. ", kDamaged));
    }
  }
  return storages;
}

void check_legacy_head(const PickleValue& magic, const PickleValue& protocol,
                       const PickleValue& system, const std::string& where) {
  const auto* number = magic.get_if<PickleBigInt>();
  if (!number || (number->digits != kMagic && number->digits != kMagicDigits)) {
    throw ResourceError(str(where, ": is a pickle, but not one of torch.save. Save the model's ",
                            "state_dict() with torch.save."));
  }
  const auto* version = protocol.get_if<int64_t>();
  if (!version || *version != kLegacyProtocol) {
    throw ResourceError(str(where, ": legacy file of protocol ", version ? *version : -1,
                            ", expected ", kLegacyProtocol, ". Load and save it with PyTorch."));
  }
  const auto* info = system.get_if<PickleDict>();
  const PickleRef entry = info ? info->find("little_endian") : nullptr;
  const auto* little = entry ? entry->get_if<bool>() : nullptr;
  if (!little || !*little) {
    throw ResourceError(str(where, ": legacy file does not say that it is little-endian. Save it ",
                            "again on a little-endian machine."));
  }
}

/// Magic number, protocol, machine, object, storage keys: five pickles. Then every storage as a
/// number of elements and its bytes.
TensorMap parse_legacy(std::span<const std::byte> bytes, std::shared_ptr<const MappedFile> file,
                       const std::string& where) {
  ByteReader reader(bytes, where);
  const auto next = [&] {
    Pickle pickle(reader.rest(), where);
    reader.take(pickle.size());
    return pickle;
  };
  const Pickle magic = next();
  const Pickle protocol = next();
  const Pickle system = next();
  check_legacy_head(magic.root(), protocol.root(), system.root(), where);
  const Pickle object = next();
  const Pickle keys = next();
  const auto* list = keys.root().get_if<PickleList>();
  if (!list) throw ResourceError(str(where, ": has no list of storages. ", kDamaged));

  const StorageMap storages = storages_of(object, where);
  std::map<std::string_view, std::span<const std::byte>> contents;
  for (const PickleRef item : list->items) {
    const auto* key = item->get_if<PickleText>();
    const auto storage = key ? storages.find(key->text) : storages.end();
    if (storage == storages.end()) {
      throw ResourceError(str(where, ": lists a storage that no tensor uses. ", kDamaged));
    }
    const auto numel = reader.read<int64_t>();
    if (numel != storage->second->numel) {
      throw ResourceError(str(where, ": storage \"", shown(key->text), "\" has ", numel,
                              " elements, expected ", storage->second->numel, ". ", kDamaged));
    }
    contents[key->text] = reader.take(storage_bytes(*storage->second, where));
  }
  const auto find = [&](const PickleStorage& storage) {
    const auto content = contents.find(storage.key);
    if (content == contents.end()) {
      throw ResourceError(str(where, ": storage \"", shown(storage.key),
                              "\" is missing. The file is truncated or ",
                              "damaged: copy or download it again."));
    }
    return content->second;
  };
  return tensors_of(object, find, file, where);
}

}  // namespace

TensorMap parse_torch_file(std::span<const std::byte> bytes, std::shared_ptr<const MappedFile> file,
                           const std::string& where) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("PK\3\4")) return parse_zip(bytes, std::move(file), where);
  if (text.starts_with('\x80') || text.starts_with(str('L', kMagicDigits))) {
    return parse_legacy(bytes, std::move(file), where);
  }
  if (text.size() > 262 && text.substr(257, 5) == "ustar") {
    throw ResourceError(str(where,
                            ": is a tar archive, as PyTorch before 0.1.10 wrote. Load it in ",
                            "PyTorch and save it again."));
  }
  throw ResourceError(str(where, ": is not a PyTorch file (got neither a zip archive nor a ",
                          "pickle). Is it the right file, and complete?"));
}

TensorMap read_torch_file(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  return parse_torch_file(file->bytes(), file, path.string());
}

}  // namespace lion
