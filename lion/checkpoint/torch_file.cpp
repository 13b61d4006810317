#include "lion/checkpoint/torch_file.h"

#include <functional>

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/checkpoint/bytes.h"
#include "lion/checkpoint/pickle.h"
#include "lion/checkpoint/state_dict.h"
#include "lion/checkpoint/zip.h"

namespace lion {
namespace {

constexpr std::string_view kGetAgain = "The file is damaged: get it again.";
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::string_view kMagicDigits = "119547037146038801333356L";  // in protocol 1
constexpr int64_t kLegacyProtocol = 1001;

/// The bytes of a storage.
using FindStorage = std::function<std::span<const std::byte>(const PickleStorage&)>;

uint64_t storage_bytes(const PickleStorage& storage, const std::string& where) {
  uint64_t bytes = 0;
  if (storage.numel < 0 ||
      __builtin_mul_overflow(static_cast<uint64_t>(storage.numel),
                             static_cast<uint64_t>(storage.element_size), &bytes)) {
    throw ResourceError(str(where, ": storage \"", shown(storage.key), "\" has ", storage.numel,
                            " elements. ", kGetAgain));
  }
  return bytes;
}

/// The most bytes of a view whose elements repeat (stride 0) or overlap: through such strides a
/// small file could claim terabytes.
constexpr uint64_t kMaxRepeated = uint64_t{1} << 30;

/// The view of one tensor, checked against its storage.
TensorView view_of(const PickleTensor& tensor, const FindStorage& find,
                   std::shared_ptr<const MappedFile> file, const std::string& where) {
  if (!tensor.unreadable.empty()) {
    if (!checked_numel(tensor.shape)) {
      throw ResourceError(
          str(where, " has impossible sizes (got ", shape_str(tensor.shape), "). ", kGetAgain));
    }
    return {.shape = tensor.shape,
            .strides = contiguous_strides(tensor.shape),
            .unreadable = tensor.unreadable};
  }
  const auto& storage = *tensor.storage->get_if<PickleStorage>();
  const DType dtype = tensor.reinterpret.value_or(*storage.dtype);
  const int64_t room = tensor.reinterpret ? storage.numel / size_of(dtype) : storage.numel;
  const auto outside = [&](std::string_view what) {
    throw ResourceError(str(where, " ", what, " (got offset ", tensor.offset, ", sizes ",
                            shape_str(tensor.shape), ", strides ", shape_str(tensor.strides),
                            ", expected to fit into a storage of ", room, " elements). ",
                            kGetAgain));
  };
  const auto bytes = find(storage);
  const auto numel = checked_numel(tensor.shape);
  if (!numel || tensor.offset < 0 || tensor.offset > room) outside("is out of bounds");
  TensorView view{.dtype = dtype,
                  .shape = tensor.shape,
                  .strides = tensor.strides,
                  .file = std::move(file),
                  .negated = tensor.negated};
  if (*numel == 0) return view;
  int64_t last = 0;  // index of the last element, counted from the first
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    int64_t reach = 0;
    if (tensor.strides[i] < 0 ||
        __builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      outside("is out of bounds");
    }
  }
  if (last >= room - tensor.offset) outside("is out of bounds");
  const auto size = static_cast<uint64_t>(size_of(dtype));
  if (*numel > room && static_cast<uint64_t>(*numel) > kMaxRepeated / size) {
    view.unreadable = str("a tensor of ", *numel, " elements over a storage of ", room);
    return view;
  }
  view.bytes = bytes.subspan(static_cast<uint64_t>(tensor.offset) * size,
                             static_cast<uint64_t>(last + 1) * size);
  return view;
}

TensorMap tensors_of(const Pickle& pickle, const FindStorage& find,
                     const std::shared_ptr<const MappedFile>& file, const std::string& where) {
  const StateDict state = find_state_dict(pickle.root(), where);
  TensorMap tensors;
  for (const auto& [name, value] : state.entries) {
    const std::string tensor = str(where, ": tensor \"", shown(name), '"');
    if (const auto* object = value->get_if<PickleObject>()) {
      tensors.insert_or_assign(
          name, TensorView{.unreadable = shown(str(object->module, ".", object->name))});
    } else {
      tensors.insert_or_assign(name, view_of(*value->get_if<PickleTensor>(), find, file, tensor));
    }
  }
  for (const std::string& notice : state.notices) log_info(notice);
  report_unreadable(tensors, where);
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
                              " elements of ", dtype_name(*storage.dtype), ". ", kGetAgain));
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
    if (known.type != storage->type || known.numel != storage->numel) {
      throw ResourceError(
          str(where, ": storage \"", storage->key, "\" is described in two ways. ", kGetAgain));
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
  if (!list) throw ResourceError(str(where, ": has no list of storages. ", kGetAgain));

  const StorageMap storages = storages_of(object, where);
  std::map<std::string_view, std::span<const std::byte>> contents;
  for (const PickleRef item : list->items) {
    const auto* key = item->get_if<PickleText>();
    const auto storage = key ? storages.find(key->text) : storages.end();
    if (storage == storages.end()) {
      throw ResourceError(str(where, ": lists a storage that no tensor uses. ", kGetAgain));
    }
    const auto numel = reader.read<int64_t>();
    if (numel != storage->second->numel) {
      throw ResourceError(str(where, ": storage \"", shown(key->text), "\" has ", numel,
                              " elements, expected ", storage->second->numel, ". ", kGetAgain));
    }
    if (storage->second->element_size == 0) {
      throw ResourceError(str(where, ": a storage has the unknown type \"",
                              shown(storage->second->type),
                              "\", so that those behind it cannot be ",
                              "found. Save the weights without it, or with a newer PyTorch."));
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
