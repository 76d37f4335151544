#include "tests/app/ablate/program.h"

using namespace ablate;
using namespace ablate::test;
namespace fs = std::filesystem;

class ExportCommandTest : public QObject {
    Q_OBJECT

    const TinyStudy study_{10, R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}}])"};
    std::map<std::string, std::string> ids_;  // by variant

    std::string folder(const char* name) const { return (study_.folder() / name).string(); }
    static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  private Q_SLOTS:
    void initTestCase() {
        const Output trained = study_.run({"run", study_.file(), "--seeds", "1", "--quiet"});
        QVERIFY2(trained.code == 0, trained.err.c_str());
        const Json listed = study_.list();
        for (const Json& run : listed.at("runs")) ids_[run.at("info").at("variant")] = run.at("info").at("id");
        QCOMPARE(ids_.size(), std::size_t{2});
    }

    void a_run_becomes_a_folder_with_its_tokenizer() {
        const std::string out = folder("out");
        const Output output = study_.run({"export", "hf", ids_["baseline"], out, "--json"});
        QVERIFY2(output.code == 0, output.err.c_str());
        const Json json = output.json();
        QCOMPARE(json.at("architecture"), Json("llama"));
        QCOMPARE(json.at("step"), Json(10));
        QCOMPARE(json.at("tokenizer"), Json(true));
        for (const char* file : {"config.json", "generation_config.json", "model.safetensors", "tokenizer.model"})
            QVERIFY2(fs::is_regular_file(fs::path(out) / file), file);
        QVERIFY(fs::file_size(fs::path(out) / "model.safetensors") > json.at("bytes").get<std::uint64_t>());
        QCOMPARE(io::read_json(fs::path(out) / "config.json").at("max_position_embeddings"), Json(32));

        const Output text = study_.run({"export", "hf", ids_["baseline"], folder("half"), "--dtype", "bfloat16"});
        QCOMPARE(text.out, folder("half") + "\n");
        QVERIFY2(has(text.err, "as llama"), text.err.c_str());
    }

    void what_does_not_fit_is_one_line() {
        const auto refused = [&](const std::vector<std::string>& arguments, const char* part) {
            const Output output = study_.run(arguments);
            QCOMPARE(output.code, 2);
            QVERIFY2(has(output.err, part) && std::count(output.err.begin(), output.err.end(), '\n') == 1,
                     output.err.c_str());
        };
        refused({"export", "hf", ids_["nope"], folder("nope")}, "Position is NoPE");
        refused({"export", "gguf", ids_["baseline"], folder("gguf")}, "gguf");
        refused({"export", "hf", ids_["baseline"], study_.workspace()}, "exists already");
        refused({"export", "hf", ids_["baseline"], folder("step"), "--step", "3"}, "no checkpoint of step 3");
        refused({"export", "hf", ids_["baseline"], folder("none") + "/below"}, "none");
        for (const char* name : {"nope", "gguf", "step", "none"}) QVERIFY2(!fs::exists(folder(name)), name);
    }

    void the_preview_of_qwen3_counts_as_its_publishers() {
        const Output output = study_.run({"preview", "qwen3-0.6b", "--set", "train.device=cpu", "--json"});
        const Json points = output.json().at("points");
        QCOMPARE(points.size(), std::size_t{7});
        QCOMPARE(points[0].at("parameters").at("unique"), Json(596'049'920));
        QCOMPARE(points[0].at("parameters").at("tied_head_twice"), Json(751'632'384));
        QCOMPARE(points[0].at("norms").at("total"), Json(113));
        QCOMPARE(points[0].at("norms").at("by_site"),
                 Json::parse(R"({"attn_in": 28, "ffn_in": 28, "q": 28, "k": 28, "final": 1})"));
        const std::string text = study_.run({"preview", "qwen3-0.6b"}).out;
        for (const char* part : {"596,049,920", "751,632,384", "113 (attn_in 28, ffn_in 28, q 28, k 28, final 1)",
                                 "no_all_norm: 0 (none)", "replace_scalenorm"})
            QVERIFY2(has(text, part), part);
    }
};

QTEST_GUILESS_MAIN(ExportCommandTest)
#include "export_command_test.moc"
