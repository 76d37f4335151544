#include "core/base/sha256.h"
#include "tests/app/ablate/program.h"

#include <QTest>

using namespace ablate;
using namespace ablate::test;

class FlashNormCommandTest : public QObject {
    Q_OBJECT

    const std::string source_ = ABLATE_SOURCE_DIR "/tests/data/flashnorm/qwen3-tied-bf16";

  private Q_SLOTS:
    void the_folder_is_written_and_named() {
        const TempFolder folder;
        const std::string out = (folder / "out").string();
        const Output written = run_ablate({"flashnorm", source_, "--out", out});
        QVERIFY2(written.code == 0, written.err.c_str());
        QCOMPARE(written.out, out + "\n");
        for (const char* part :
             {"4 norms folded into 10 projections, ones in their place", "model.norm.weight is kept"})
            QVERIFY2(written.err.find(part) != std::string::npos, written.err.c_str());
        QVERIFY(std::filesystem::exists(folder / "out/README.md"));
    }

    void json_lists_what_was_folded() {
        const TempFolder folder;
        const std::string out = (folder / "out").string();
        const Json json = run_ablate({"flashnorm", source_, "--out", out, "--strict", "--json"}).json();
        QCOMPARE(json.at("out").get<std::string>(), out);
        QVERIFY(json.at("strict").get<bool>() && json.at("tied").get<bool>());
        QCOMPARE(json.at("folded").size(), 4u);
        QCOMPARE(json.at("folded")[3],
                 Json::parse(R"({"norm": "model.layers.1.post_attention_layernorm.weight", "missing": false,
                     "projections": ["model.layers.1.mlp.gate_proj.weight", "model.layers.1.mlp.up_proj.weight"]})"));
        QCOMPARE(json.at("files")[0].at("sha256").get<std::string>(), sha256_file(folder / "out/model.safetensors"));
    }

    void a_fold_can_be_verified() {
        const TempFolder folder;
        const std::string out = (folder / "out").string();
        const Output verified = run_ablate({"flashnorm", source_, "--out", out, "--verify", "--json"});
        QVERIFY2(verified.code == 0, verified.err.c_str());
        const Json verification = verified.json().at("verification");
        QCOMPARE(verification.at("exact"), Json(true));
        QCOMPARE(verification.at("wrong_tensor"), Json(""));
        QCOMPARE(verification.at("written").size(), 2u);
    }

    void what_cannot_be_done_is_one_line_with_exit_code_2() {
        const TempFolder folder;
        const std::string out = (folder / "out").string();
        for (const std::vector<std::string>& words :
             std::vector<std::vector<std::string>>{{"flashnorm", source_},
                                                   {"flashnorm", source_, "--out", source_},
                                                   {"flashnorm", folder.path().string(), "--out", out},
                                                   {"flashnorm", (folder / "nothing").string(), "--out", out}}) {
            const Output output = run_ablate(words);
            QCOMPARE(output.code, 2);
            QCOMPARE(std::count(output.err.begin(), output.err.end(), '\n'), std::ptrdiff_t{1});
        }
        QVERIFY(folder.names().empty());
    }
};

QTEST_GUILESS_MAIN(FlashNormCommandTest)
#include "flashnorm_command_test.moc"
