#include <QTest>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace fs = std::filesystem;

// The layer rules of DESIGN, held against the include lines of the tree itself.
class LayersTest : public QObject {
    Q_OBJECT

    struct Source {
        std::vector<std::string> includes;  // as written between the quotes or brackets
        int lines = 0;
    };
    std::map<std::string, Source> sources_;  // by path from the root

    // Each layer may use those before it.
    static constexpr std::array kLayers = {"base",  "io",      "config", "ops",    "model", "data",
                                           "train", "chat",    "infer",  "run",    "plot",  "statistics",
                                           "plan",  "compare", "report", "interop"};

    static int layer_of(const std::string& path) {
        for (std::size_t i = 0; i < kLayers.size(); ++i)
            if (path.starts_with(std::string("core/") + kLayers[i] + "/")) return static_cast<int>(i);
        return -1;
    }
    static bool is_torch(const std::string& include) {
        return include.starts_with("torch/") || include.starts_with("ATen/") || include.starts_with("c10/");
    }
    static bool is_qt(const std::string& include) {
        return include.size() > 1 && include[0] == 'Q' && std::isupper(include[1]);
    }

    // What a file includes of ours, directly or through others; `path` first.
    void reach(const std::string& path, std::set<std::string>& seen) const {
        const auto found = sources_.find(path);
        if (found == sources_.end() || !seen.insert(path).second) return;
        for (const std::string& include : found->second.includes) reach(include, seen);
    }

  private Q_SLOTS:
    void initTestCase() {
        const fs::path root = ABLATE_SOURCE_DIR;
        const std::regex include("^\\s*#\\s*include\\s*[<\"]([^\">]+)[>\"]");
        for (const char* top : {"core", "ui", "app", "tests"}) {
            if (!fs::is_directory(root / top)) continue;
            for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
                const std::string extension = entry.path().extension();
                if (extension != ".h" && extension != ".cpp" && extension != ".cu" && extension != ".cuh") continue;
                Source& source = sources_[fs::relative(entry.path(), root).generic_string()];
                std::ifstream file(entry.path());
                for (std::string line; std::getline(file, line); ++source.lines) {
                    std::smatch match;
                    if (std::regex_search(line, match, include)) source.includes.push_back(match[1]);
                }
            }
        }
        QVERIFY(sources_.size() > 100);
    }

    void no_source_is_longer_than_600_lines() {
        for (const auto& [path, source] : sources_) QVERIFY2(source.lines <= 600, path.c_str());
    }

    void core_has_no_qt_and_ui_is_above_it() {
        for (const auto& [path, source] : sources_)
            for (const std::string& include : source.includes) {
                const std::string line = path + " includes " + include;
                if (path.starts_with("core/"))
                    QVERIFY2(!is_qt(include) && !include.starts_with("ui/") && !include.starts_with("app/"),
                             line.c_str());
                if (path.starts_with("app/ablate/"))
                    QVERIFY2(!is_qt(include) && !include.starts_with("ui/"), line.c_str());
                if (path.starts_with("ui/")) QVERIFY2(!include.starts_with("app/"), line.c_str());
            }
    }

    void a_layer_uses_those_above_it_only() {
        for (const auto& [path, source] : sources_)
            for (const std::string& include : source.includes) {
                const int from = layer_of(path), to = layer_of(include);
                if (from >= 0 && to >= 0) QVERIFY2(to <= from, (path + " includes " + include).c_str());
            }
    }

    void layers_without_tensors_see_no_torch() {
        for (const auto& [path, source] : sources_) {
            const bool plain = path.starts_with("core/base/") || path.starts_with("core/io/") ||
                               path.starts_with("core/config/") || path.starts_with("core/data/") ||
                               path.starts_with("core/plot/") || path.starts_with("core/report/") ||
                               path.starts_with("ui/");
            if (!plain) continue;
            std::set<std::string> reached;
            reach(path, reached);
            for (const std::string& file : reached)
                for (const std::string& include : sources_.at(file).includes)
                    QVERIFY2(!is_torch(include), (path + " reaches " + include + " through " + file).c_str());
        }
    }

    void pages_do_not_know_each_other() {
        const auto page_of = [](const std::string& path) {
            if (!path.starts_with("ui/pages/")) return std::string();
            return path.substr(0, path.find('/', std::string("ui/pages/").size()));
        };
        for (const auto& [path, source] : sources_)
            for (const std::string& include : source.includes) {
                const std::string line = path + " includes " + include, from = page_of(path), to = page_of(include);
                if (!to.empty() && path.starts_with("ui/") && !path.starts_with("ui/window/"))
                    QVERIFY2(from == to, line.c_str());
                if (include.starts_with("ui/window/") && !path.starts_with("tests/"))
                    QVERIFY2(path.starts_with("ui/window/") || path.starts_with("app/workbench/"), line.c_str());
            }
    }

    void charts_stay_in_their_folder() {
        static const std::set<std::string> charts = {"QChart", "QChartView", "QLineSeries", "QValueAxis",
                                                     "QLogValueAxis"};
        for (const auto& [path, source] : sources_)
            for (const std::string& include : source.includes)
                if (charts.contains(include) || include.starts_with("QtCharts"))
                    QVERIFY2(path.starts_with("ui/charts/"), (path + " includes " + include).c_str());
    }

    void whole_files_come_from_the_one_atomic_write() {
        const fs::path root = ABLATE_SOURCE_DIR;
        const std::regex call("(^|[^_\\w.>])((std::)?(filesystem|fs)?(::)?rename(at2?)?)\\s*\\(");
        // Two files rename what is there already: to the trash, and aside before it is removed.
        static const std::set<std::string> exempt = {"core/base/atomic_file.cpp", "core/run/trash.cpp",
                                                     "core/train/checkpoint.cpp"};
        for (const auto& [path, source] : sources_) {
            if (!path.starts_with("core/") || exempt.contains(path)) continue;
            std::ifstream file(root / path);
            for (std::string line; std::getline(file, line);)
                QVERIFY2(!std::regex_search(line, call), (path + ": " + line).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(LayersTest)
#include "layers_test.moc"
