#pragma once
#include "core/base/json.h"
#include "core/io/json_file.h"
#include "tests/support/temp_folder.h"

#include <QFloat16>  // QCOMPARE of Json asks whether it converts to one
#include <QProcess>
#include <QStringList>
#include <QTest>

// What QCOMPARE prints of a value.
template <>
inline char* QTest::toString(const ablate::Json& json) {
    return qstrdup(json.dump().c_str());
}

// Drives the real `ablate` binary.
namespace ablate::test {

struct Output {
    int code = -1;
    std::string out, err;
    Json json() const { return io::parse_json(out, "output"); }
};

inline QStringList words(const std::vector<std::string>& arguments) {
    QStringList list;
    for (const std::string& argument : arguments) list << QString::fromStdString(argument);
    return list;
}

inline Output run_ablate(const std::vector<std::string>& arguments, const std::string& input = {}) {
    QProcess process;
    process.start(ABLATE_BIN_DIR "/ablate", words(arguments));
    process.write(input.data(), static_cast<qint64>(input.size()));
    process.closeWriteChannel();
    const bool ended = process.waitForFinished(120'000);  // a code of one that hangs would read as success
    return {ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            process.readAllStandardOutput().toStdString(), process.readAllStandardError().toStdString()};
}

// A text of simple sentences that a tiny model learns within some dozen steps.
inline std::string small_text() {
    const char* const who[] = {"the cat", "the dog", "a bird", "my friend", "the king"};
    const char* const what[] = {"sees", "likes", "follows", "finds"};
    const char* const where[] = {"in the house", "near the river", "by the old tree"};
    std::string text;
    unsigned state = 1;
    const auto draw = [&](unsigned bound) { return (state = state * 1103515245u + 12345u) / 65536u % bound; };
    for (int line = 0; line < 6000; ++line) {
        text += who[draw(5)];
        text += std::string(" ") + what[draw(4)] + " ";
        text += who[draw(5)];
        text += std::string(" ") + where[draw(3)] + " .\n";
    }
    return text;
}

// A workspace with a study of a tiny model on small_text(): `variants` as JSON, two seeds.
class TinyStudy {
  public:
    explicit TinyStudy(int steps, const char* variants) : steps_(steps) {
        folder_.write("text.txt", small_text());
        const Json study{{"format", 1},
                         {"name", "tiny"},
                         {"baseline",
                          {{"model", {{"d_model", 32}, {"layers", 2}, {"heads", 2}, {"d_ff", 64}}},
                           {"data", {{"text", (folder_ / "text.txt").string()}, {"vocab_size", 96}, {"context", 32}}},
                           {"train",
                            {{"steps", steps},
                             {"batch", 8},
                             {"lr", 0.02},
                             {"warmup", 4},
                             {"precision", "fp32"},
                             {"eval_every", 20},
                             {"eval_batches", 2},
                             {"checkpoint_every", 25},
                             {"log_every", 5}}}}},
                         {"variants", Json::parse(variants)},
                         {"seeds", {1, 2}}};
        folder_.write("tiny.json", study.dump());
        std::filesystem::create_directory(folder_ / "workspace");  // listed before the first run is made
    }
    std::string file() const { return (folder_ / "tiny.json").string(); }
    std::string workspace() const { return (folder_ / "workspace").string(); }
    const TempFolder& folder() const { return folder_; }
    int steps() const { return steps_; }

    std::vector<std::string> with_workspace(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--workspace", workspace()});
        return arguments;
    }
    Output run(const std::vector<std::string>& arguments) const { return run_ablate(with_workspace(arguments)); }
    Json list() const { return run({"list", "--json"}).json(); }

  private:
    TempFolder folder_;
    int steps_;
};

}  // namespace ablate::test
