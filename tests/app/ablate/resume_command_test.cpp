#include "tests/app/ablate/program.h"
#include "tests/support/tiny_run.h"

using namespace ablate;
using namespace ablate::test;

class ResumeCommandTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_run_named_twice_is_trained_once() {
        const TempFolder workspace;
        const RunConfig config = tiny_config(write_tiny_tokens(workspace / "tokens"), 10);
        const std::string id = create_tiny_run(workspace.path(), config).id();
        const Output output =
            run_ablate({"resume", id, id.substr(0, 6), "--jobs", "2", "--workspace", workspace.path().string()});
        QVERIFY2(output.code == 0, output.err.c_str());
        std::size_t ends = 0;
        for (auto at = output.err.find("healthy"); at != std::string::npos; at = output.err.find("healthy", at + 1))
            ++ends;
        QVERIFY2(ends == 1, output.err.c_str());
    }
};

QTEST_GUILESS_MAIN(ResumeCommandTest)
#include "resume_command_test.moc"
