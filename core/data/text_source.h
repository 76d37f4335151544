#pragma once
#include "core/config/run_config.h"

#include <filesystem>
#include <string>

namespace ablate::data {

// Where a study's text comes from; every output says so when it is not the user's own.
enum class TextOrigin { given, standin, stories };
const char* to_string(TextOrigin origin);
struct TextSource {
    std::filesystem::path path;
    TextOrigin origin = TextOrigin::given;
    std::string note;  // one line for outputs; empty when the text was given
};
// The text that $ABLATE_TEXT names; empty when it names none. InputError when that is missing.
std::filesystem::path text_of_environment();
// data.text when set (InputError if missing); else the text packaging/setup fetched ($ABLATE_TEXT, or
// .deps/text/web.txt in a folder above the program or the current one); else stories by the seeded generator, written
// to `cache`.
TextSource find_text(const DataConfig& config, const std::filesystem::path& cache);

}  // namespace ablate::data
