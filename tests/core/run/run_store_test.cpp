#include "core/run/run_store.h"

#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <unistd.h>
#include <QTest>
#include <fstream>

using namespace ablate;
using namespace ablate::run;
using test::input_error;
using test::is_line_with;
namespace fs = std::filesystem;

namespace {

void overwrite(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

std::string contents(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// The ten ways a run directory gets damaged, each with a word its reason must hold.
struct Damage {
    const char* name;
    void (*apply)(const fs::path& folder);
    const char* reason;
};
const Damage kDamages[] = {
    {"empty file", [](const fs::path& run) { overwrite(run / "run.json", ""); }, "run.json"},
    {"cut off",
     [](const fs::path& run) {
         const std::string whole = contents(run / "run.json");
         overwrite(run / "run.json", whole.substr(0, whole.size() / 2));
     },
     "run.json"},
    {"garbage", [](const fs::path& run) { overwrite(run / "run.json", std::string("\x00\xff\x7f\x1b[2J\n\n", 8)); },
     "run.json"},
    {"wrong type", [](const fs::path& run) { overwrite(run / "run.json", "[1, 2]"); }, "is not a JSON object"},
    {"huge number",
     [](const fs::path& run) {
         std::string text = contents(run / "run.json");
         const auto at = text.find("\"seed\": 1");
         overwrite(run / "run.json", text.replace(at, 9, "\"seed\": 1e999"));
     },
     "run.json"},
    {"NaN",
     [](const fs::path& run) {
         std::string text = contents(run / "run.json");
         const auto at = text.find("\"seed\": 1");
         overwrite(run / "run.json", text.replace(at, 9, "\"seed\": NaN"));
     },
     "seed"},
    {"missing", [](const fs::path& run) { fs::remove(run / "run.json"); }, "run.json"},
    {"folder for a file",
     [](const fs::path& run) {
         fs::remove(run / "state.json");
         fs::create_directory(run / "state.json");
     },
     "state.json"},
    {"unreadable", [](const fs::path& run) { fs::permissions(run / "run.json", fs::perms::none); }, "run.json"},
    {"symbolic link loop",
     [](const fs::path& run) {
         fs::remove_all(run);
         fs::create_symlink(run.filename(), run);
     },
     "symbolic links"},
};

// Root reads what has no read permission: reading is done as somebody else.
class AsNobody {
  public:
    AsNobody() : was_root_(geteuid() == 0 && seteuid(65534) == 0) {}
    ~AsNobody() {
        if (was_root_ && seteuid(0) != 0) qFatal("cannot become root again");
    }

  private:
    bool was_root_;
};

}  // namespace

class RunStoreTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void an_absent_workspace_has_no_runs() {
        const RunList list = RunStore("/nonexistent/workspace").list();
        QVERIFY(list.runs.empty() && list.damaged.empty());
    }

    void runs_are_listed_by_time_of_creation() {
        const test::TempFolder workspace;
        std::vector<std::string> made;
        for (int i = 0; i < 5; ++i) made.push_back(test::create_bare_run(workspace.path()).id());
        fs::create_directory(workspace / "runs/.0000.ablate-tmp-1-1");  // a creation that a crash ended
        std::vector<std::string> listed;
        const RunList list = RunStore(workspace.path()).list();
        for (const ListedRun& run : list.runs) listed.push_back(run.directory.id());
        QCOMPARE(listed, made);
        QVERIFY(list.damaged.empty());
    }

    void damaged_runs_never_hide_the_others() {
        const test::TempFolder workspace;
        fs::permissions(workspace.path(), fs::perms(0755));
        std::map<std::string, const Damage*> damaged;
        for (int round = 0; round < 4; ++round)
            for (const Damage& damage : kDamages) {
                const RunDirectory directory = test::create_bare_run(workspace.path());
                damage.apply(directory.folder());
                damaged[directory.id()] = &damage;
            }
        for (int i = 0; i < 20; ++i) test::create_bare_run(workspace.path());
        const AsNobody nobody;
        const RunList list = RunStore(workspace.path()).list();
        QCOMPARE(list.runs.size(), std::size_t{20});
        QCOMPARE(list.damaged.size(), damaged.size());
        for (const DamagedRun& run : list.damaged) {
            const Damage& damage = *damaged.at(run.folder.filename().string());
            QVERIFY2(is_line_with(run.reason, {run.folder.c_str()}), damage.name);
            const bool named = run.reason.find(damage.reason) != std::string::npos;
            QVERIFY2(named, (std::string(damage.name) + ": " + run.reason).c_str());
            for (const char c : run.reason) QVERIFY2(static_cast<unsigned char>(c) >= 0x20, damage.name);
        }
    }

    void a_stray_file_is_damage_too() {
        const test::TempFolder workspace;
        fs::create_directory(workspace / "runs");
        workspace.write("runs/notes", "x");
        const RunList list = RunStore(workspace.path()).list();
        QCOMPARE(list.damaged.size(), std::size_t{1});
        QVERIFY(is_line_with(list.damaged[0].reason, {"notes", "is not a folder"}));
    }

    void runs_are_found_by_unique_prefix() {
        const test::TempFolder workspace;
        const RunDirectory made = test::create_bare_run(workspace.path());
        for (const char* id : {"0000aaaa", "0000aabb", "0000aa"})
            fs::copy(made.folder(), workspace / "runs" / id, fs::copy_options::recursive);
        const RunStore store(workspace.path());
        QCOMPARE(store.find("0000aaa").info.id, std::string("0000aaaa"));
        QCOMPARE(store.find("0000aa").info.id, std::string("0000aa"));  // whole, though others begin with it
        QVERIFY(is_line_with(input_error([&] { store.find("0000a"); }), {"several", "0000aaaa, 0000aabb"}));
        QVERIFY(is_line_with(input_error([&] { store.find("0000aaax"); }), {"no run '0000aaax'", "did you mean"}));
        for (const char* hostile : {"", "..", "../runs", "/", "0000aa/../0000aaaa", "*"})
            QVERIFY2(!input_error([&] { store.find(hostile); }).empty(), hostile);
        fs::remove(workspace / "runs/0000aabb/run.json");
        QVERIFY(is_line_with(input_error([&] { store.find("0000aabb"); }), {"run.json"}));
    }

    void deleted_runs_go_to_the_trash() {
        const test::TempFolder workspace;
        const RunStore store(workspace.path());
        const RunDirectory directory = test::create_bare_run(workspace.path());
        const std::string id = directory.id();
        const fs::path aside = workspace / "copy";
        fs::copy(directory.folder(), aside, fs::copy_options::recursive);
        {
            const RunLock lock(directory.folder());
            QVERIFY(is_line_with(input_error([&] { store.move_to_trash(id); }), {"is training it"}));
        }
        QCOMPARE(store.move_to_trash(id.substr(0, 6)), workspace / "trash" / id);
        QVERIFY(!fs::exists(directory.folder()));
        for (const char* number : {"-2", "-3"}) {
            fs::copy(aside, directory.folder(), fs::copy_options::recursive);
            fs::remove(directory.folder() / "run.json");  // a damaged run can be deleted as well
            QCOMPARE(store.move_to_trash(id), workspace / "trash" / (id + number));
        }
    }

    void what_is_asked_of_a_run_that_trains_is_listed() {
        const test::TempFolder workspace;
        const RunStore store(workspace.path());
        const RunDirectory directory = test::create_bare_run(workspace.path());
        directory.request("pause");
        QCOMPARE(store.find(directory.id()).asked, std::string());  // nobody trains it who could
        const RunLock lock(directory.folder());
        QCOMPARE(store.find(directory.id()).asked, std::string("pause"));
        directory.request("stop");
        QCOMPARE(store.find(directory.id()).asked, std::string("stop"));
        overwrite(directory.folder() / "control.json", "{");
        const ListedRun damaged = store.find(directory.id());
        QCOMPARE(damaged.asked, std::string());
        QCOMPARE(damaged.problems.size(), std::size_t{1});
        directory.request("");
        QVERIFY(store.find(directory.id()).asked.empty());
    }

    void a_link_is_deleted_as_a_link() {
        const test::TempFolder workspace, elsewhere;
        const RunDirectory real = test::create_bare_run(elsewhere.path());
        fs::create_directory(workspace / "runs");
        fs::create_directory_symlink(real.folder(), workspace / "runs/11112222");
        const RunStore store(workspace.path());
        QCOMPARE(store.list().runs.size(), std::size_t{1});
        QVERIFY(fs::is_symlink(store.move_to_trash("11112222")));
        QCOMPARE(real.info().id, real.id());
        QVERIFY(store.list().runs.empty());
    }

    void the_default_workspace_is_made() {
        const test::TempFolder folder;
        qputenv("ABLATE_WORKSPACE", (folder / "a/b").c_str());
        QCOMPARE(default_workspace(), folder / "a/b");
        QVERIFY(fs::is_directory(folder / "a/b"));
        folder.write("file", "x");
        qputenv("ABLATE_WORKSPACE", (folder / "file").c_str());
        QVERIFY(is_line_with(input_error([] { default_workspace(); }), {"workspace", "file"}));
        qunsetenv("ABLATE_WORKSPACE");
    }
};

QTEST_GUILESS_MAIN(RunStoreTest)
#include "run_store_test.moc"
