#pragma once
#include <array>
#include <string_view>

namespace ablate::io::torch_file {

struct StorageType {
    std::string_view global;  // in the module torch
    std::string_view dtype;   // as in safetensors
};
inline constexpr std::array kStorageTypes = {StorageType{"FloatStorage", "F32"}, StorageType{"BFloat16Storage", "BF16"},
                                             StorageType{"HalfStorage", "F16"},  StorageType{"DoubleStorage", "F64"},
                                             StorageType{"LongStorage", "I64"},  StorageType{"IntStorage", "I32"},
                                             StorageType{"ShortStorage", "I16"}, StorageType{"CharStorage", "I8"},
                                             StorageType{"ByteStorage", "U8"},   StorageType{"BoolStorage", "BOOL"}};

}  // namespace ablate::io::torch_file
