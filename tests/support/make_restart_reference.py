"""Writes tests/data/logs/restarts: event files of runs that were restarted, and what TensorBoard's EventAccumulator reads
from them. Run by hand with tensorboard:

    python tests/support/make_restart_reference.py

A folder for each case, with expected.json: {tag: [[step, value], ...]}.
"""

import json
import pathlib
import shutil

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util

ROOT = pathlib.Path(__file__).resolve().parent.parent / "data" / "logs" / "restarts"


def scalar(tag, value, dtype=None):
    if dtype is None:
        return summary_pb2.Summary.Value(tag=tag, simple_value=value)
    metadata = summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="scalars"),
        data_class=summary_pb2.DATA_CLASS_SCALAR)
    tensor = tensor_util.make_tensor_proto(np.array(value, dtype=dtype))
    return summary_pb2.Summary.Value(tag=tag, tensor=tensor, metadata=metadata)


def write(case, files):
    folder = ROOT / case
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, events in enumerate(files):
        writer = EventFileWriter(str(folder))
        for time, step, values in events:
            event = event_pb2.Event(wall_time=1.7e9 + time, step=step)
            if values == "start":
                event.session_log.status = event_pb2.SessionLog.START
            else:
                event.summary.value.extend(values)
            writer.add_event(event)
        writer.close()
        written = next(path for path in folder.iterdir() if not path.name.endswith(".reference"))
        written.rename(folder / f"events.out.tfevents.{1700000000 + 1000 * number}.reference")
    read = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    read.Reload()
    expected = {}
    for tag in read.Tags()["scalars"]:
        expected[tag] = [[one.step, one.value] for one in read.Scalars(tag)]
    for tag in read.Tags()["tensors"]:
        arrays = [(one.step, tensor_util.make_ndarray(one.tensor_proto)) for one in read.Tensors(tag)]
        if all(array.size == 1 and array.dtype.kind in "fiV" for _, array in arrays):
            expected[tag] = [[step, float(array.astype(np.float64).reshape(-1)[0])] for step, array in arrays]
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def line(time, step, loss, dtype=None):
    return time, step, [scalar("train/loss", loss, dtype)]


if __name__ == "__main__":
    first = [line(step, step, 5 - step / 50) for step in range(0, 90, 5)]
    first.append((90, 85, [scalar("val/loss", 3.5)]))
    write("purged", [first, [(500, 40, "start")] + [line(500 + step, step, 4.5 - step / 50) for step in range(40, 60, 5)]])
    write("purged-twice", [first, [(500, 60, "start"), line(501, 60, 3.75), line(502, 65, 3.5)],
                           [(900, 20, "start"), line(901, 20, 4.75), line(902, 25, 4.5)]])
    write("from-the-start", [first, [(500, 0, "start")] + [line(500 + step, step, 6 - step / 50) for step in range(0, 30, 5)]])
    write("number-types", [[(step, step, [scalar("train/loss", 3.25 - step / 8, "float64"),
                                          scalar("grad_norm", 1.5, "float16"), scalar("counts", 7 + step, "int32"),
                                          scalar("tokens", 2**40 + step, "int64"), scalar("val/loss", 3.1, "float64")])
                            for step in range(4)]])
