#include "core/io/torch_file/pickle_state_dict.h"
#include "core/io/torch_file/state_dict_file.h"
#include "core/io/torch_file/unpickle_state_dict.h"
#include "core/io/torch_file/zip_writer.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <fstream>

using namespace ablate;
namespace tf = ablate::io::torch_file;
namespace fs = std::filesystem;

// Damaged and hostile files: whatever is read ends well or with an InputError of one line.
class TorchFileHostileTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    static fs::path reference(const std::string& name) {
        return fs::path(ABLATE_SOURCE_DIR) / "tests/data/torch_file" / name;
    }

    // Every tensor, in no more memory than the file has bytes.
    static void read_all(const fs::path& path) {
        const std::uint64_t size = fs::file_size(path);
        const tf::StateDictFile file(path);
        for (const auto& tensor : file.tensors()) {
            QVERIFY(tensor.bytes() <= size);
            std::string bytes(tensor.bytes(), '\0');
            file.read(tensor, bytes.data());
        }
    }

    static std::string pickle_of(const std::string& name) {
        const tf::ZipReader zip(reference(name));
        for (const tf::ZipEntry& entry : zip.entries())
            if (entry.name.ends_with("/data.pkl")) return zip.read(entry);
        return {};
    }

    // Lengths of a pickle's tuples and texts matter, which mutants of a whole file seldom reach: the checksum is first.
    template <class Try>
    static void survives(std::vector<std::string> corpus, std::uint64_t seed, Try attempt) {
        test::survive_mutants(test::Mutator(seed, std::move(corpus)), test::mutant_count(), attempt);
    }

    static std::string refusal(const std::string& pickle) {
        return test::input_error([&] { tf::read_state_dict_pickle(pickle, "model.pt"); });
    }

  private Q_SLOTS:
    void whole_files() {
        std::vector<std::string> corpus;
        for (const char* name : {"plain.pt", "views.pt", "wrapped.pt", "protocol-4.pt", "no-checksums.pt"})
            corpus.push_back(read_file(reference(name)));
        survives(corpus, 2026, [&](const std::string& mutant) {
            const fs::path file = folder_ / "mutant.pt";
            std::ofstream(file, std::ios::binary | std::ios::trunc) << mutant;
            read_all(file);
        });
    }

    // After sound zip headers and checksums.
    void pickles() {
        const tf::ZipReader source(reference("plain.pt"));
        survives({pickle_of("plain.pt"), pickle_of("views.pt"), pickle_of("wrapped.pt"), pickle_of("protocol-4.pt"),
                  pickle_of("parameters.pt")},
                 2027, [&](const std::string& mutant) {
                     const fs::path file = folder_ / "pickle.pt";
                     tf::ZipWriter zip(file);
                     zip.add("plain/data.pkl", mutant);
                     for (const tf::ZipEntry& entry : source.entries())
                         if (entry.name.starts_with("plain/data/")) zip.add(entry.name, source.read(entry));
                     zip.finish();
                     read_all(file);
                 });
    }

    // The end of the file is where a zip's directory is; the mutator prefers the beginning.
    void directories() {
        const std::string good = read_file(reference("views.pt"));
        const std::size_t directory = good.find("PK\x01\x02");
        survives({good.substr(directory), read_file(reference("module.pt")).substr(1200)}, 2028,
                 [&](const std::string& mutant) {
                     const fs::path file = folder_ / "directory.pt";
                     std::ofstream(file, std::ios::binary | std::ios::trunc) << good.substr(0, directory) << mutant;
                     read_all(file);
                 });
    }

    void small_pickles_that_ask_for_much() {
        using test::is_line_with;
        const std::string start = "\x80\x02";
        QVERIFY(is_line_with(refusal(start + "cbuiltins\neval\n"), {"model.pt", "asks for builtins.eval"}));
        QVERIFY(is_line_with(refusal(start + "cos\nsys\x1b[2Jtem\n"), {"asks for os.sys\\x1b[2Jtem"}));
        QVERIFY(is_line_with(refusal(start + std::string("X\xff\xff\xff\xff", 5)), {"ends within an instruction"}));
        QVERIFY(is_line_with(refusal(start + std::string("\x8d\xff\xff\xff\xff\xff\xff\xff\xff", 9)),
                             {"ends within an instruction"}));
        QVERIFY(is_line_with(refusal(start + "t"), {"a mark that was not made"}));
        QVERIFY(is_line_with(refusal(start + "(\x86"), {"takes a value where there is none"}));
        QVERIFY(is_line_with(refusal(start + "}(."), {"takes a value where there is none"}));
        QVERIFY(is_line_with(refusal(start + "h\x07."), {"recalls 7"}));
        QVERIFY(is_line_with(refusal(start + "]}b."), {"sets attributes of what is no dict"}));
        QVERIFY(is_line_with(refusal(start + "}."), {"holds no tensors by name: it is empty"}));
        QVERIFY(is_line_with(refusal(start + "}.N"), {"continues after its end"}));
        QVERIFY(is_line_with(refusal(start), {"ends within an instruction"}));
        QVERIFY(is_line_with(refusal("\x80\x01}."), {"protocol 1"}));
        QVERIFY(is_line_with(refusal(start + "I1\n."), {"instruction 0x49"}));
        // A dict in itself, a thousand levels of tuples, and the same tuple again and again.
        QVERIFY(is_line_with(refusal(start + "}q\x01X\x05" + std::string("\0\0\0model", 8) + "h\x01s."),
                             {"holds no tensors"}));
        QVERIFY(
            is_line_with(refusal(start + "}X\x01" + std::string("\0\0\0a)", 5) + std::string(100'000, '\x85') + "s."),
                         {"holds no tensors"}));
        std::string doubling = start + ")";
        for (int i = 0; i < 200; ++i)
            doubling += std::string("q") + static_cast<char>(i) + "h" + static_cast<char>(i) + "\x86";
        QVERIFY(is_line_with(refusal(doubling + "."), {"no dict of tensors"}));
    }

    // One entry is inside the data of another, header and all: both would be read, and count twice.
    void overlapping_entries() {
        const std::string local = "PK\x03\x04" + std::string(2, '\0') + "\x08\x08" + std::string(18, '\0') +
                                  std::string("\x05\0\0\0", 4) + "inner";
        const fs::path file = folder_ / "overlap.zip";
        const auto write = [&] {
            tf::ZipWriter zip(file);
            zip.add("outer", local + "data");
            zip.add("inner", "data");
            zip.finish();
        };
        write();
        const auto place = static_cast<std::uint32_t>(tf::ZipReader(file).find("outer")->begin);
        std::string bytes = read_file(file);
        const std::size_t inner = bytes.rfind("PK\x01\x02");
        std::memcpy(bytes.data() + inner + 42, &place, sizeof place);
        std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
        QVERIFY(test::is_line_with(test::input_error([&] { tf::ZipReader zip(file); }),
                                   {"'inner' overlaps the one before"}));
    }

    void tensors_that_leave_their_storage() {
        using test::is_line_with;
        const std::string good = tf::write_state_dict_pickle({{"a", "F32", {2, 3}}});
        const auto changed = [&](const std::string& from, const std::string& to) {
            std::string pickle = good;
            const std::size_t at = pickle.find(from);
            return at == std::string::npos ? "not there" : refusal(pickle.replace(at, from.size(), to));
        };
        QVERIFY(refusal(good).empty());
        const std::string shape = "K\x02K\x03\x86", stride = "K\x03K\x01\x86", offset("QK\0", 3);
        const std::string wide = "\x8a\x08" + std::string(7, '\0') + "\x40";  // 2^62
        QVERIFY(is_line_with(changed(shape, "K\x02K\x04\x86"),
                             {"tensor [2, 4] that leaves its storage '0' of 6 elements"}));
        QVERIFY(is_line_with(changed(stride, "K\x04K\x01\x86"), {"leaves its storage"}));
        QVERIFY(is_line_with(changed(offset, "QK\x01"), {"leaves its storage"}));
        QVERIFY(is_line_with(changed(stride, wide + "K\x01\x86"), {"leaves its storage"}));
        QVERIFY(is_line_with(changed(shape, wide + wide + "\x86"), {"leaves its storage"}));
        QVERIFY(is_line_with(changed(shape, std::string("J\xff\xff\xff\xff") + "K\x03\x86"),
                             {"not a whole number from 0 on"}));
        QVERIFY(is_line_with(changed(shape, "K\x06\x85"), {"another number of strides"}));
    }
};

QTEST_GUILESS_MAIN(TorchFileHostileTest)
#include "torch_file_hostile_test.moc"
