#include "core/base/device_name.h"

#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
namespace fs = std::filesystem;

class DeviceNameTest : public QObject {
    Q_OBJECT

    static void add_gpu(const test::TempFolder& proc, const std::string& place, const std::string& model) {
        fs::create_directories(proc / ("driver/nvidia/gpus/" + place));
        proc.write("driver/nvidia/gpus/" + place + "/information", "Model: \t\t " + model + "\nIRQ:   \t\t 17\n");
    }

  private Q_SLOTS:
    void devices_have_their_product_names() {
        const test::TempFolder proc;
        QCOMPARE(device_name("cpu", proc.path()), std::string());
        QCOMPARE(device_name("cuda:0", proc.path()), std::string());
        proc.write("cpuinfo", "processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC 9554\nmodel name\t: another\n");
        QCOMPARE(device_name("cpu", proc.path()), std::string("AMD EPYC 9554"));
        add_gpu(proc, "0000:01:00.0", "NVIDIA H200");
        add_gpu(proc, "0000:02:00.0", "NVIDIA H200");
        QCOMPARE(device_name("cuda:1", proc.path()), std::string("NVIDIA H200"));
        add_gpu(proc, "0000:03:00.0", "NVIDIA T4");
        QCOMPARE(device_name("cuda:1", proc.path()), std::string());  // nobody knows which one it is
        QCOMPARE(device_name("mps", proc.path()), std::string());
    }

    void this_computer_has_a_name() { QVERIFY(!host_name().empty()); }
};

QTEST_GUILESS_MAIN(DeviceNameTest)
#include "device_name_test.moc"
