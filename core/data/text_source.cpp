#include "core/data/text_source.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/data/stories.h"

#include <cstdlib>
#include <optional>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t stories_seed = 1;
constexpr std::uint64_t stories_bytes = 6'000'000;  // about the size of the text that set-up fetches

// What packaging/setup fetched into the tree that `start` is in.
std::optional<fs::path> fetched_text(fs::path start) {
    for (;; start = start.parent_path()) {
        fs::path file = start / ".deps" / "text" / "web.txt";
        if (is_file(file)) return file;
        if (start == start.parent_path()) return std::nullopt;
    }
}

TextSource stories(const fs::path& cache) {
    const fs::path file = cache / "stories.txt";
    if (!is_there(file)) {
        std::error_code ignored;
        fs::create_directories(cache, ignored);
        write_stories(file, stories_bytes, stories_seed);
    }
    return {file, TextOrigin::stories,
            "no text was found: stories by the built-in generator stand in; losses say nothing about real text"};
}

}  // namespace

const char* to_string(TextOrigin origin) {
    switch (origin) {
        case TextOrigin::given:
            return "given";
        case TextOrigin::standin:
            return "standin";
        case TextOrigin::stories:
            return "stories";
    }
    throw std::logic_error("to_string: no such TextOrigin");
}

fs::path text_of_environment() {
    const char* named = std::getenv("ABLATE_TEXT");
    if (!named || !*named) return {};
    if (!is_there(named)) throw InputError("$ABLATE_TEXT: {}: no such file or folder", named);
    return named;
}

TextSource find_text(const DataConfig& config, const fs::path& cache) {
    if (!config.text.empty()) {
        if (!is_there(config.text)) throw InputError("data.text: {}: no such file or folder", config.text);
        return {config.text, TextOrigin::given, ""};
    }
    if (const fs::path named = text_of_environment(); !named.empty())
        return {named, TextOrigin::standin,
                fmt::format("data.text is not set: $ABLATE_TEXT ({}) stands in", named.string())};
    std::error_code ignored;
    for (const fs::path& start : {fs::read_symlink("/proc/self/exe", ignored).parent_path(), fs::current_path(ignored)})
        if (const auto file = fetched_text(start))
            return {*file, TextOrigin::standin,
                    "data.text is not set: the World English Bible (packaging/setup) stands in"};
    return stories(cache);
}

}  // namespace ablate::data
