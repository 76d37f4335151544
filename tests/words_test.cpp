#include <QProcess>
#include <QTest>

// The word list of packaging/check.
class WordsTest : public QObject {
    Q_OBJECT

    // What is found in a file of this name and text, one finding per line. Each | is left out of the text: it keeps
    // packaging/check from finding the words in this file.
    static QString found(const QString& path, QString text) {
        QProcess python;
        python.setWorkingDirectory(ABLATE_SOURCE_DIR "/packaging");
        python.start(ABLATE_PYTHON, {"-B", "-c",
                                     "import sys, prose\n"
                                     "print('\\n'.join(prose.find(prose.read_rules('words.txt'), *sys.argv[1:])))",
                                     path, text.remove('|')});
        if (!python.waitForFinished() || python.exitCode() != 0) return "failed: " + python.readAllStandardError();
        return QString::fromUtf8(python.readAllStandardOutput()).trimmed();
    }
    static QString finding(QString line) { return line.remove('|'); }

  private Q_SLOTS:
    void comments_sentences_and_pages_are_read() {
        QCOMPARE(found("a.h", "int a;\n\n// Its Col|ours.\n"), finding("a.h:3: \"col|ours\": write color"));
        QVERIFY(found("a.cpp", "say(\"the normal|isation of x\");\n").startsWith("a.cpp:1: "));
        QVERIFY(found("a.md", "The col|our of a curve.\n").startsWith("a.md:1: "));
    }

    void a_phrase_is_found_across_lines() {
        QVERIFY(found("a.h", "    // Reads in a thread of\n    // its| own, twice.\n").startsWith("a.h:1: "));
        QVERIFY(found("a.cpp", "say(\"in a thread \"\n    \"of its| own.\");\n").startsWith("a.cpp:1: "));
        QCOMPARE(found("a.cpp", "int a;  // a thread\nint b;  // of its| own\n"), QString());  // code is between them
    }

    void names_keep_their_spelling() {
        QCOMPARE(found("a.h", "Col|our col|our = get(\"col|our\");  // fine\n"), QString());
        QCOMPARE(found("a.md", "The key `col|our` of the file.\n"), QString());
    }
};

QTEST_GUILESS_MAIN(WordsTest)
#include "words_test.moc"
