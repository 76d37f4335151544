#include <QTest>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

// Checks every include line against the layer rules of core/README.md, whose tables are read here.
class LayersTest : public QObject {
    Q_OBJECT

    struct Source {
        std::vector<std::string> includes;  // as written between the quotes or brackets
        int lines = 0;
    };
    std::map<std::string, Source> sources_;  // by path from the root

    // A row of the table of layers. Each layer may use those before it.
    struct Layer {
        std::string folder;  // "core/base"
        bool torch = false, qt = false;
    };
    std::vector<Layer> layers_;
    std::set<std::string> renaming_;  // the table of exceptions: files that call rename themselves

    // The cells of the table rows between a heading and the next one, header and rule left out, `code` marks removed.
    static std::vector<std::vector<std::string>> table_below(const fs::path& file, const std::string& heading) {
        std::vector<std::vector<std::string>> rows;
        std::ifstream text(file);
        bool inside = false;
        for (std::string line; std::getline(text, line);) {
            if (line.starts_with("#")) inside = line == heading;
            if (!inside || !line.starts_with("| `")) continue;
            std::vector<std::string> cells;
            std::istringstream row(line.substr(1));
            for (std::string cell; std::getline(row, cell, '|');) {
                const std::size_t first = cell.find_first_not_of(" `"), last = cell.find_last_not_of(" `");
                cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
            }
            rows.push_back(std::move(cells));
        }
        return rows;
    }

    int layer_of(const std::string& path) const {
        for (std::size_t i = 0; i < layers_.size(); ++i)
            if (path.starts_with(layers_[i].folder + "/")) return static_cast<int>(i);
        return -1;
    }
    static bool is_torch(const std::string& include) {
        return include.starts_with("torch/") || include.starts_with("ATen/") || include.starts_with("c10/");
    }
    static bool is_qt(const std::string& include) {
        return include.size() > 1 && include[0] == 'Q' && (std::isupper(include[1]) || include[1] == 't');
    }
    // The first include of torch that a file reaches, directly or through others. Empty if there is none.
    std::string torch_of(const std::string& path) const {
        std::set<std::string> reached;
        reach(path, reached);
        for (const std::string& file : reached)
            for (const std::string& include : sources_.at(file).includes)
                if (is_torch(include)) return include + " through " + file;
        return {};
    }

    // Adds `path` and the sources of the tree that it includes, directly or through others, to `seen`.
    void reach(const std::string& path, std::set<std::string>& seen) const {
        const auto found = sources_.find(path);
        if (found == sources_.end() || !seen.insert(path).second) return;
        for (const std::string& include : found->second.includes) reach(include, seen);
    }

    // Whether a source holds the reader of a log format: csv.cpp defines read_csv().
    static bool reads_logs(const fs::path& file) {
        if (file.parent_path() != "core/interop/logs") return false;
        std::ifstream text(fs::path(ABLATE_SOURCE_DIR) / file);
        for (std::string line; std::getline(text, line);)
            if (line.starts_with("Runs read_" + file.stem().string() + "(")) return true;
        return false;
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
        for (const std::vector<std::string>& row : table_below(root / "core/README.md", "## Layers")) {
            QVERIFY2(row.size() == 4, ("core/README.md: a layer has four cells: " + row.front()).c_str());
            for (std::size_t cell : {2, 3}) QVERIFY2(row[cell] == "yes" || row[cell] == "no", row.front().c_str());
            layers_.push_back({row[0], row[2] == "yes", row[3] == "yes"});
        }
        QVERIFY(layers_.size() > 5);
        for (const std::vector<std::string>& row : table_below(root / "core/README.md", "### Exceptions"))
            renaming_.insert(row.front());
    }

    void every_source_is_in_a_layer_of_the_table() {
        for (const auto& [path, source] : sources_) {
            const bool in_folder = std::count(path.begin(), path.end(), '/') >= 2;  // not the precompiled headers
            if (in_folder && !path.starts_with("tests/")) QVERIFY2(layer_of(path) >= 0, path.c_str());
        }
    }

    void every_layer_is_used() {
        std::set<int> with_sources, included;
        for (const auto& [path, source] : sources_) {
            const int from = layer_of(path);
            if (from < 0) continue;
            with_sources.insert(from);
            for (const std::string& include : source.includes)
                if (const int to = layer_of(include); to >= 0 && to != from) included.insert(to);
        }
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const int layer = static_cast<int>(i);
            const bool is_program = layers_[i].folder.starts_with("app/");
            QVERIFY2(with_sources.contains(layer), (layers_[i].folder + " has no sources").c_str());
            QVERIFY2(is_program || included.contains(layer), (layers_[i].folder + " is used by no layer").c_str());
        }
    }

    // What a reader looks for in X.cpp is declared in X.h. The rest is registered or started by name: kinds,
    // optimizers, schedules, readers of logs, subcommands and main files.
    void a_source_has_the_header_of_its_name() {
        static const std::set<std::string> by_name = {"core/model/kinds", "core/train/optimizers",
                                                      "core/train/schedules", "app/ablate/commands"};
        // Parts of a larger header. Do not add to this list: give the new source a header of its name.
        static const std::map<std::string, std::set<std::string>> without = {
            {"core/compare",
             {"comparison_curves", "comparison_export", "comparison_judgement", "comparison_notes", "comparison_select",
              "shared_machine"}},
            {"core/config", {"study_files", "validation"}},
            {"core/interop/logs", {"log_holes"}},
            {"core/report",
             {"figures", "html", "latex", "markdown", "sections_advice", "sections_appendix", "sections_dynamics",
              "sections_overview", "sections_variants"}},
            {"core/run", {"run_lock", "trash"}},
        };
        std::set<std::string> seen;
        for (const auto& [path, source] : sources_) {
            if (!path.starts_with("core/") && !path.starts_with("app/")) continue;
            const fs::path file = path;
            const std::string folder = file.parent_path().generic_string(), name = file.stem().string();
            if (file.extension() != ".cpp" || name == "main" || by_name.contains(folder)) continue;
            if (sources_.contains(folder + "/" + name + ".h") || reads_logs(file)) continue;
            const auto known = without.find(folder);
            QVERIFY2(known != without.end() && known->second.contains(name), (path + " has no header").c_str());
            seen.insert(folder + "/" + name);
        }
        for (const auto& [folder, names] : without)
            for (const std::string& name : names)
                QVERIFY2(seen.contains(folder + "/" + name),
                         (folder + "/" + name + ": is gone or has a header, so take it off the list").c_str());
    }

    void no_source_is_longer_than_600_lines() {
        for (const auto& [path, source] : sources_) QVERIFY2(source.lines <= 600, path.c_str());
    }

    void a_layer_uses_those_above_it_only() {
        for (const auto& [path, source] : sources_)
            for (const std::string& include : source.includes) {
                const int from = layer_of(path), to = layer_of(include);
                if (from < 0) continue;
                QVERIFY2(to <= from, (path + " includes " + include).c_str());
                QVERIFY2(!path.starts_with("ui/") || !include.starts_with("app/"),
                         (path + " includes " + include).c_str());
            }
    }

    void torch_and_qt_are_seen_where_the_table_says_so() {
        std::set<int> with_torch, with_qt;
        for (const auto& [path, source] : sources_) {
            const int layer = layer_of(path);
            if (layer < 0) continue;
            const Layer& rules = layers_[static_cast<std::size_t>(layer)];
            if (const std::string torch = torch_of(path); !torch.empty()) {
                QVERIFY2(rules.torch, (path + " reaches " + torch).c_str());
                with_torch.insert(layer);
            }
            for (const std::string& include : source.includes) {
                if (!is_qt(include)) continue;
                QVERIFY2(rules.qt, (path + " includes " + include).c_str());
                with_qt.insert(layer);
            }
        }
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const int layer = static_cast<int>(i);
            QVERIFY2(!layers_[i].torch || with_torch.contains(layer), (layers_[i].folder + " uses no torch").c_str());
            QVERIFY2(!layers_[i].qt || with_qt.contains(layer), (layers_[i].folder + " uses no Qt").c_str());
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

    // QtCharts is deprecated from Qt 6.10 on: one header and its source are all that would have to change.
    void one_class_names_qtcharts() {
        const fs::path root = ABLATE_SOURCE_DIR;
        const std::regex names(
            "\\bQtCharts\\b|\\bQ(Chart|ChartView|Legend|AbstractAxis|CategoryAxis|ValueAxis|LogValueAxis|"
            "BarCategoryAxis|"
            "AbstractSeries|XYSeries|LineSeries|SplineSeries|AreaSeries|ScatterSeries|BarSeries|BarSet|"
            "StackedBarSeries)"
            "\\b");
        int naming = 0;
        for (const auto& [path, source] : sources_) {
            if (path == "tests/layers_test.cpp") continue;
            const bool allowed = path == "ui/charts/chart_view.h" || path == "ui/charts/chart_view.cpp";
            std::ifstream file(root / path);
            for (std::string line; std::getline(file, line);) {
                if (!std::regex_search(line, names)) continue;
                QVERIFY2(allowed, (path + ": " + line).c_str());
                ++naming;
            }
        }
        QVERIFY(naming > 0);
    }

    void whole_files_come_from_the_one_atomic_write() {
        const fs::path root = ABLATE_SOURCE_DIR;
        const std::regex call("(^|[^_\\w.>])((std::)?(filesystem|fs)?(::)?rename(at2?)?)\\s*\\(");
        std::set<std::string> renaming;
        for (const auto& [path, source] : sources_) {
            if (!path.starts_with("core/")) continue;
            std::ifstream file(root / path);
            for (std::string line; std::getline(file, line);) {
                if (!std::regex_search(line, call)) continue;
                QVERIFY2(renaming_.contains(path), (path + ": " + line).c_str());
                renaming.insert(path);
            }
        }
        for (const std::string& path : renaming_)
            QVERIFY2(renaming.contains(path), (path + " is an exception and renames nothing").c_str());
    }

    // Paths are put together with operator/. Tests spell the names, so that a change of the layout fails one of them.
    void the_layout_of_a_workspace_is_spelled_in_one_header() {
        const fs::path root = ABLATE_SOURCE_DIR;
        const std::string header = "core/base/workspace_layout.h";
        const std::regex spelled(
            "[\\w)] / \"(studies|runs|models|reports|cache|queue|trash|exports|checkpoints|kept-studies\\.json|"
            "variant-order\\.json|background\\.log|(run|state|control|queue|collapse|notes|manifest|trainer|kept|model)"
            "\\."
            "json|events\\.jsonl|"
            "log\\.txt|optimizer\\.safetensors)\"");
        QVERIFY(sources_.contains(header));
        for (const auto& [path, source] : sources_) {
            if (path.starts_with("tests/") || path == header) continue;
            std::ifstream file(root / path);
            for (std::string line; std::getline(file, line);)
                QVERIFY2(!std::regex_search(line, spelled), (path + ": " + line).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(LayersTest)
#include "layers_test.moc"
