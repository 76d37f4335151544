#include "core/data/token_sets.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <set>
#include <tuple>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

enum class Role { none, train, validation, test };

// A token file by its name: BASE_ROLE_REST_NUMBER or BASE-ROLE-NUMBER-of-TOTAL.
struct Named {
    fs::path file;
    Role role = Role::none;
    std::string family;  // what is the same for all files of a data set: the name without role and numbers
    std::string stem;    // the same with the role: of all shards of one set
    std::optional<std::int64_t> number, total;
};

constexpr std::array kRoleWords{
    std::pair("training", Role::train),   std::pair("train", Role::train),    std::pair("validation", Role::validation),
    std::pair("valid", Role::validation), std::pair("val", Role::validation), std::pair("dev", Role::validation),
    std::pair("test", Role::test)};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_separator(char c) { return c == '_' || c == '-' || c == '.'; }

std::string without_separators(std::string text) {
    while (!text.empty() && is_separator(text.back())) text.pop_back();
    while (!text.empty() && is_separator(text.front())) text.erase(0, 1);
    return text;
}

// Takes the digits off the end of `text`, with the separator before them. Digits after a letter are no number of a
// shard: "v2" and "gpt2" are names.
std::optional<std::int64_t> take_number(std::string& text) {
    std::size_t begin = text.size();
    while (begin > 0 && is_digit(text[begin - 1])) --begin;
    std::int64_t number = 0;
    if (begin == text.size() || text.size() - begin > 12 || (begin > 0 && !is_separator(text[begin - 1]))) return {};
    std::from_chars(text.data() + begin, text.data() + text.size(), number);
    text.resize(begin);
    text = without_separators(text);
    return number;
}

Named named(const fs::path& file) {
    Named result{file, Role::none, {}, {}, {}, {}};
    std::string stem = file.stem().string();
    std::string shortened = stem;
    result.number = take_number(shortened);
    if (result.number && (shortened.ends_with("-of") || shortened.ends_with("_of"))) {
        result.total = result.number;
        shortened.resize(shortened.size() - 3);
        result.number = take_number(shortened);
    }
    result.stem = result.family = shortened;
    const std::string lower = lower_case(shortened);
    for (const auto& [word, role] : kRoleWords) {
        const std::string_view text = word;
        for (auto at = lower.find(text); at != std::string::npos; at = lower.find(text, at + 1)) {
            const std::size_t end = at + text.size();
            if ((at > 0 && is_letter(lower[at - 1])) || (end < lower.size() && is_letter(lower[end]))) continue;
            result.role = role;
            result.family =
                without_separators(shortened.substr(0, at)) + "*" + without_separators(shortened.substr(end));
            return result;
        }
    }
    return result;
}

bool is_token_name(const fs::path& file) { return file.extension() == ".npy" || file.extension() == ".bin"; }

std::vector<Named> token_files_in(const fs::path& folder) {
    std::vector<Named> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && is_token_name(entry.path())) files.push_back(named(entry.path()));
    std::sort(files.begin(), files.end(), [](const Named& a, const Named& b) {
        return std::tie(a.stem, a.number, a.file) < std::tie(b.stem, b.number, b.file);
    });
    return files;
}

std::vector<Named> of_role(const std::vector<Named>& files, Role role, const std::string& family) {
    std::vector<Named> chosen;
    std::copy_if(files.begin(), files.end(), std::back_inserter(chosen),
                 [&](const Named& file) { return file.role == role && file.family == family; });
    return chosen;
}

class Finder {
  public:
    Finder(const std::map<std::string, std::string>& val, std::int64_t val_every) : val_(val), val_every_(val_every) {}

    TokenSets find(const fs::path& tokens) {
        if (fs::is_directory(tokens)) {
            sets_.folder = tokens;
            find_in_folder();
        } else {
            sets_.folder = tokens.has_parent_path() ? tokens.parent_path() : fs::path(".");
            if (!fs::is_directory(sets_.folder)) throw_missing(tokens, "data.tokens");
            find_named(tokens);
        }
        for (const auto& [name, path] : val_)
            sets_.validation.push_back({name, files_named(path, "data.val", Role::validation), {}});
        std::stable_sort(sets_.validation.begin(), sets_.validation.end(),
                         [](const auto& a, const auto& b) { return (a.name == "val") > (b.name == "val"); });
        if (sets_.validation.empty()) hold_out();
        note_unfinished();
        return std::move(sets_);
    }

  private:
    [[noreturn]] static void throw_missing(const fs::path& tokens, const std::string& option) {
        throw InputError("{}: {}: no such {}token file (.npy, .bin), and none that begins with this name{}", option,
                         tokens.string(), option == "data.tokens" ? "folder, no such " : "",
                         option == "data.tokens" ? "" : "; where data.tokens is set, data.val names token files");
    }

    void find_in_folder() {
        const fs::path& folder = sets_.folder;
        const std::vector<Named> files = token_files_in(folder);
        if (is_there(folder / "train.npy") || is_there(folder / "train.bin")) return take_plain_names(files);
        std::vector<Named> training;
        std::copy_if(files.begin(), files.end(), std::back_inserter(training),
                     [](const Named& file) { return file.role == Role::train; });
        if (training.empty())
            throw InputError(
                "{}: no train.npy or train.bin in this folder, and no shards such as NAME_train_000001.bin{}",
                folder.string(), hint(files));
        take_training(training, files);
        std::vector<std::string> unread;
        for (const Named& file : files)
            if (!is_taken(file.file)) unread.push_back(file.file.filename().string());
        note_unread(unread);
    }

    // What downloads leave beside the files: a shard may be missing.
    void note_unfinished() {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(sets_.folder)) {
            const std::string name = entry.path().filename().string();
            for (const char* end : {".part", ".partial", ".incomplete", ".crdownload", ".aria2"})
                if (name.ends_with(end)) names.push_back(name);
        }
        std::sort(names.begin(), names.end());
        if (!names.empty())
            sets_.remarks.push_back(
                fmt::format("{}: unfinished downloads, not read: {}", sets_.folder.string(), join(names, ", ")));
    }

    bool is_taken(const fs::path& file) const {
        const auto has = [&](const TokenSetFiles& set) {
            return std::find(set.files.begin(), set.files.end(), file) != set.files.end();
        };
        return has(sets_.train) || std::any_of(sets_.validation.begin(), sets_.validation.end(), has);
    }

    void note_unread(const std::vector<std::string>& names) {
        if (!names.empty())
            sets_.remarks.push_back(fmt::format("{}: not read: {}", sets_.folder.string(), join(names, ", ")));
    }

    static std::string hint(const std::vector<Named>& files) {
        if (files.empty()) return {};
        const Named& first = files.front();
        if (first.number && first.role == Role::none && !first.stem.empty())
            return fmt::format("; to train on the shards of {}, name what their names begin with: data.tokens={}",
                               first.stem, (first.file.parent_path() / first.stem).string());
        return fmt::format("; to train on {}, name it: data.tokens={}", files.front().file.filename().string(),
                           files.front().file.string());
    }

    // What to do about "train0.bin", whose digits are no number of a shard; empty: it is no such name.
    static std::string renaming(const fs::path& file) {
        const std::string stem = file.stem().string();
        const std::size_t end = stem.find_last_not_of("0123456789") + 1;
        const std::string word = lower_case(stem.substr(0, end));
        const bool has_role = std::any_of(kRoleWords.begin(), kRoleWords.end(), [&](const auto& known) {
            const std::string_view role = known.first;
            return word.ends_with(role) &&
                   (word.size() == role.size() || is_separator(word[word.size() - role.size() - 1]));
        });
        if (!has_role || end == stem.size()) return {};
        return fmt::format("; to join them, rename {} to {}_{}{} and the others likewise", file.filename().string(),
                           stem.substr(0, end), stem.substr(end), file.extension().string());
    }

    // train and val as `ablate tokenize` and nanoGPT name them.
    void take_plain_names(const std::vector<Named>& files) {
        const fs::path train = plain("train");
        fs::path val = plain("val");
        if (val.empty() && !has_other_npy(files) && megatron_index_of(train).empty()) val = other_validation();
        sets_.train = {"train", {train}, {}};
        if (val_.empty() && !val.empty())
            sets_.validation.push_back({val.stem() == "test" ? "test" : "val", {val}, {}});
        std::vector<std::string> unread;
        std::vector<fs::path> others;
        for (const Named& file : files) {
            if (file.file == train || file.file == val) continue;
            const std::string stem = file.file.stem().string();
            if (file.file.extension() == ".npy" && stem != "train" && stem != "val")
                others.push_back(file.file);
            else
                unread.push_back(file.file.filename().string());
        }
        std::sort(others.begin(), others.end());
        for (const fs::path& file : others)
            if (val_.empty()) sets_.validation.push_back({file.stem().string(), {file}, {}});
        note_unread(unread);
        if (val_.empty() && sets_.validation.empty() && megatron_index_of(train).empty())
            throw InputError("{}: no val.npy or val.bin in this folder", sets_.folder.string());
    }

    // Where there is nothing else to validate on. A .bin may hold anything, so its name must say it.
    fs::path other_validation() const {
        for (const char* name : {"validation.bin", "valid.bin", "dev.bin", "test.bin"})
            if (is_there(sets_.folder / name)) return sets_.folder / name;
        return {};
    }

    static bool has_other_npy(const std::vector<Named>& files) {
        return std::any_of(files.begin(), files.end(), [](const Named& file) {
            return file.file.extension() == ".npy" && file.file.stem() != "train" && file.file.stem() != "val";
        });
    }

    // NAME.npy, else NAME.bin; empty when there is neither.
    fs::path plain(const std::string& name) const {
        for (const char* extension : {".npy", ".bin"})
            if (const fs::path file = sets_.folder / (name + extension); is_there(file)) return file;
        return {};
    }

    void find_named(const fs::path& tokens) {
        sets_.train = {"train", files_named(tokens, "data.tokens", Role::train), {}};
        const Named first = named(sets_.train.files.front());
        if (first.role == Role::train && val_.empty()) take_validation(first.family, token_files_in(sets_.folder));
    }

    // A file, PREFIX.npy, PREFIX.bin, or the shards whose names begin with PREFIX, of the wanted role if any has it.
    std::vector<fs::path> files_named(const fs::path& path, const char* option, Role wanted) {
        if (fs::is_directory(path))
            throw InputError("{}: {}: is a folder: name a token file, or what the names of its shards begin with",
                             option, path.string());
        if (path.extension() == ".idx") return {bin_of(path)};
        if (is_file(path)) return {path};
        for (const char* extension : {".npy", ".bin"})
            if (const fs::path file = path.string() + extension; is_file(file)) return {file};
        if (is_file(path.string() + ".idx")) return {bin_of(path.string() + ".idx")};
        const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
        if (!fs::is_directory(folder)) throw_missing(path, option);
        std::vector<Named> chosen;
        for (const Named& file : token_files_in(folder))
            if (file.file.filename().string().starts_with(path.filename().string())) chosen.push_back(file);
        const auto is_wanted = [&](const Named& file) { return file.role == wanted; };
        if (std::any_of(chosen.begin(), chosen.end(), is_wanted)) std::erase_if(chosen, std::not_fn(is_wanted));
        if (chosen.empty()) throw_missing(path, option);
        return joined(chosen);
    }

    static fs::path bin_of(const fs::path& index) {
        const fs::path bin = fs::path(index).replace_extension(".bin");
        if (!is_file(bin)) throw InputError("{}: there is no {} next to it", index.string(), bin.filename().string());
        return bin;
    }

    void take_training(const std::vector<Named>& training, const std::vector<Named>& files) {
        sets_.train = {"train", joined(training), {}};
        if (val_.empty()) take_validation(training.front().family, files);
    }

    void take_validation(const std::string& family, const std::vector<Named>& files) {
        std::vector<Named> validation = of_role(files, Role::validation, family);
        if (validation.empty()) validation = of_role(files, Role::validation, "*");  // val.bin beside NAME_train.bin
        if (!validation.empty()) sets_.validation.push_back({"val", joined(validation), {}});
        const std::vector<Named> test = of_role(files, Role::test, family);
        if (!test.empty()) sets_.validation.push_back({"test", joined(test), {}});
    }

    // The shards of one set by number. What is missing between them is a remark.
    std::vector<fs::path> joined(const std::vector<Named>& shards) {
        std::set<std::string> stems;
        for (const Named& shard : shards) stems.insert(shard.stem);
        if (stems.size() > 1)
            throw InputError("{}: holds tokens of {} data sets ({}): name one of them in data.tokens{}",
                             shards.front().file.parent_path().string(), stems.size(),
                             join(std::vector<std::string>(stems.begin(), stems.end()), ", "),
                             renaming(shards.front().file));
        std::vector<fs::path> files;
        for (std::size_t i = 0; i < shards.size(); ++i) {
            files.push_back(shards[i].file);
            if (i == 0) continue;
            const Named &before = shards[i - 1], &shard = shards[i];
            if (!before.number || before.number == shard.number)
                throw InputError(
                    "{}: {} and {} have the same number, or one has none: name one of them in {}, or remove it",
                    shard.file.parent_path().string(), before.file.filename().string(), shard.file.filename().string(),
                    shard.role == Role::train || shard.role == Role::none ? "data.tokens" : "data.val");
            if (*shard.number > *before.number + 1)
                sets_.remarks.push_back(fmt::format("no shard is there between {} and {}: the set is joined without it",
                                                    before.file.filename().string(), shard.file.filename().string()));
        }
        const Named& first = shards.front();
        if (shards.size() > 1 && *first.number > 1 && !first.total)
            sets_.remarks.push_back(fmt::format("no shard is there before {}: the set is joined without it",
                                                first.file.filename().string()));
        if (const auto total = first.total; total && *total != std::ssize(shards))
            sets_.remarks.push_back(fmt::format("{}: {} of {} shards are there: the set is joined of these", first.stem,
                                                shards.size(), *total));
        return files;
    }

    // Nothing to validate on was found: documents of the training data, if they can be told apart.
    void hold_out() {
        const std::vector<fs::path>& files = sets_.train.files;
        const std::int64_t documents = files.size() == 1 ? megatron_documents(files.front()) : 0;
        if (documents == 0)
            throw InputError(
                "{}: there are no validation tokens next to it: name a separate token file in data.val, for example "
                "{{\"val\": \"{}\"}}",
                files.front().string(), (sets_.folder / "NAME_val.bin").string());
        if (documents <= val_every_ / 2)
            throw InputError(
                "{}: holds {} documents; one in {}, from number {} on, is held out for validation: lower "
                "data.val_every, or name a token file in data.val",
                files.front().string(), documents, val_every_, val_every_ / 2 + 1);
        sets_.train.held_out = {HeldOut::Part::training, val_every_};
        sets_.validation.push_back({"val", files, {HeldOut::Part::validation, val_every_}});
        sets_.remarks.push_back(
            fmt::format("{}: one document in {} is held out for validation (data.val_every). To validate on other "
                        "tokens, name them in data.val",
                        files.front().string(), val_every_));
    }

    const std::map<std::string, std::string>& val_;
    std::int64_t val_every_;
    TokenSets sets_;
};

}  // namespace

TokenSets find_token_sets(const fs::path& tokens, const std::map<std::string, std::string>& val,
                          std::int64_t val_every) {
    try {
        return Finder(val, val_every).find(tokens);
    } catch (const fs::filesystem_error& error) {
        throw InputError("data.tokens: {}: {}", tokens.string(), error.code().message());
    }
}

}  // namespace ablate::data
