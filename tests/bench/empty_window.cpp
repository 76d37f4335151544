#include <QApplication>
#include <QTimer>
#include <QWidget>
#include <cstdio>

// What window_bench compares with: an empty Qt window that says when it was painted, and stays until it is ended.
namespace {

class EmptyWindow : public QWidget {
    void paintEvent(QPaintEvent*) override {
        QTimer::singleShot(0, this, [] { std::puts("painted"), std::fflush(stdout); });
    }
};

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    EmptyWindow window;
    window.resize(1440, 900);
    window.show();
    return QApplication::exec();
}
