"""Writes tests/data/logs: logs of Hugging Face's Trainer and TensorBoard as they write them, for
tests/core/interop/logs. Run by hand with transformers 5, accelerate and tensorboard:

    python tests/support/make_log_reference.py

hf-healthy trains a tiny Qwen3 that learns; hf-collapsed is the same without its norms at a rate at which it ends in NaN,
which the Trainer's filter logs as a loss of 0.0. tensorboard holds both ways to write a scalar, and a NaN.
"""

import json
import pathlib
import shutil
import tempfile

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM, Trainer, TrainingArguments

ROOT = pathlib.Path(__file__).resolve().parent.parent / "data" / "logs"
CONFIG = dict(vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
              num_key_value_heads=2, head_dim=8, max_position_embeddings=32, tie_word_embeddings=True)


class Rows(torch.utils.data.Dataset):
    """Ids that follow each other by a rule, now and then by chance."""

    def __init__(self, count, seed):
        generator = torch.Generator().manual_seed(seed)
        rows = torch.randint(0, 32, (count, 16), generator=generator)
        for t in range(1, 16):
            chance = torch.rand(count, generator=generator) < 0.1
            rows[:, t] = torch.where(chance, rows[:, t], (5 * rows[:, t - 1] + 3) % 32)
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return {"input_ids": self.rows[index], "labels": self.rows[index]}


def without_norms(model):
    for name, module in list(model.named_modules()):
        if type(module).__name__ == "Qwen3RMSNorm":
            owner = model.get_submodule(name.rsplit(".", 1)[0])
            setattr(owner, name.rsplit(".", 1)[1], torch.nn.Identity())
    return model


def train(name, lr, norms):
    torch.manual_seed(1)
    model = Qwen3ForCausalLM(Qwen3Config(**CONFIG))
    if not norms:
        model = without_norms(model)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(output_dir=folder, max_steps=60, per_device_train_batch_size=8,
                                      learning_rate=lr, lr_scheduler_type="linear", warmup_steps=5, logging_steps=5,
                                      eval_strategy="steps", eval_steps=20, save_strategy="steps", save_steps=30,
                                      max_grad_norm=1e9, report_to=[], use_cpu=True, seed=1)
        trainer = Trainer(model=model, args=arguments, train_dataset=Rows(480, 1), eval_dataset=Rows(32, 2))
        metrics = trainer.train().metrics
        trainer.save_metrics("train", metrics)
        trainer.save_state()
        target = ROOT / name
        shutil.rmtree(target, ignore_errors=True)
        (target / "checkpoint-30").mkdir(parents=True)
        for file in ("trainer_state.json", "train_results.json", "all_results.json", "checkpoint-30/trainer_state.json"):
            shutil.copy(pathlib.Path(folder) / file, target / file)
        if norms:
            shutil.copy(pathlib.Path(folder) / "checkpoint-60" / "config.json", target / "config.json")


def tensorboard():
    from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    target = ROOT / "tensorboard"
    shutil.rmtree(target, ignore_errors=True)
    writer = EventFileWriter(str(target))
    for step in range(0, 50, 5):
        loss = 3.0 - 0.05 * step if step < 40 else float("nan")
        values = [summary_pb2.Summary.Value(tag="train/loss", simple_value=loss),
                  summary_pb2.Summary.Value(tag="train/learning_rate", simple_value=1e-3),
                  summary_pb2.Summary.Value(tag="custom/entropy", simple_value=0.5)]
        if step % 20 == 0:
            tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, float_val=[loss + 0.25])
            values.append(summary_pb2.Summary.Value(tag="eval/loss", tensor=tensor))
        writer.add_event(event_pb2.Event(wall_time=1.7e9 + step, step=step, summary=summary_pb2.Summary(value=values)))
    writer.close()
    next(target.iterdir()).rename(target / "events.out.tfevents.1700000000.reference")  # no host's name


if __name__ == "__main__":
    train("hf-healthy", 1e-2, True)
    train("hf-collapsed", 1.0, False)
    tensorboard()
    for state in ("hf-healthy", "hf-collapsed"):
        history = json.loads((ROOT / state / "trainer_state.json").read_text())["log_history"]
        print(state, [(line["step"], line.get("loss"), line.get("grad_norm")) for line in history if "loss" in line])
