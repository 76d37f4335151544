#!/usr/bin/env bash
# Made tests/data/workspaces/0.1 with the program of version 0.1. It cannot be made again: later versions write other
# files. Kept to tell what is in it.   ABLATE=path of 0.1's ablate   OUT=an empty folder
set -euo pipefail
base=/tmp/ablate-0.1 out=${OUT:?}
rm -rf "$base"; mkdir -p "$base"; cd "$base"
python3 - <<'P'
import json, random
random.seed(1)
who, what, where = ["the cat", "the dog", "a bird", "my friend", "the king"], ["sees", "likes", "follows", "finds"], ["in the house", "near the river", "by the old tree"]
open("text.txt", "w").write("".join(f"{random.choice(who)} {random.choice(what)} {random.choice(who)} {random.choice(where)} .\n" for _ in range(1500)))
model = {"d_model": 16, "layers": 1, "heads": 2, "d_ff": 32}
data = {"text": "/tmp/ablate-0.1/text.txt", "vocab_size": 60, "context": 16, "block_lines": 10}
train = {"batch": 4, "warmup": 5, "precision": "fp32", "lr": 0.01, "eval_every": 20, "eval_batches": 4, "policy": "record", "device": "cpu"}
def study(name, steps, variants=[], seeds=[1, 2], grid={}, **more):
    json.dump({"format": 1, "name": name, "baseline": {"model": model, "data": data, "train": {**train, "steps": steps, **more}},
               "variants": variants, "seeds": seeds, **({"grid": grid} if grid else {})}, open(name + ".json", "w"))
nope = {"name": "nope", "label": "NoPE", "patch": {"model": {"position": {"kind": "none"}}}}
study("small", 60, [nope, {"name": "silu", "label": "SiLU", "patch": {"model": {"ffn": {"kind": "silu"}}}}])
study("collapse", 40, [{"name": "far-too-fast", "label": "Far too fast", "patch": {"train": {"lr": 1e6, "clip": 0}, "model": {"norm": {"attn_in": {"kind": "none"}, "ffn_in": {"kind": "none"}, "final": {"kind": "none"}}}}}], [1])
study("grid", 30, [nope], [1], {"train.lr": [0.001, 0.01]})
study("paused", 900, [], [1], checkpoint_every=100, stats_every=0)
study("whole", 900, [], [1], checkpoint_every=100, stats_every=0, log_every=11)   # the same run, not paused
for variant, drop in (("baseline", 0.0), ("gated", 0.2)):
    for seed in (1, 2):
        history = [{"step": s, "loss": 5 - drop - s / 200 + seed / 100, "grad_norm": 1.0, "learning_rate": 1e-4, "epoch": s / 500} for s in range(10, 501, 10)]
        history += [{"step": s, "eval_loss": 5.1 - drop - s / 200 + seed / 100, "epoch": s / 500} for s in (250, 500)]
        json.dump({"global_step": 500, "max_steps": 500, "save_steps": 500 * seed, "log_history": sorted(history, key=lambda line: line["step"])}, open(f"{variant}-{seed}.json", "w"))
open("log.csv", "w").write("step,loss,val_loss,grad_norm\n" + "".join(f"{s},{4 - s / 100:.4f},{4.1 - s / 100 if s % 50 == 0 else ''},{1.0}\n" for s in range(0, 101, 10)))
P
w=$base/workspace
for name in small collapse grid; do "$ABLATE" run $name.json --workspace $w --jobs 1 --quiet; done
"$ABLATE" run paused.json --workspace $w --jobs 1 --quiet & pid=$!
until grep -qs '"phase": *"training"' $w/runs/*/state.json && grep -ls '"study": *"paused"' $w/runs/*/run.json >paused && sleep 0.1; do sleep 0.05; done
# Where this misses the run, make it all again.
"$ABLATE" pause "$(basename "$(dirname "$(head -1 paused)")")" --workspace $w; wait $pid || true
"$ABLATE" run whole.json --workspace whole --jobs 1 --quiet   # what the paused run comes to
for variant in baseline gated; do for seed in 1 2; do
    mkdir -p $variant-$seed; mv $variant-$seed.json $variant-$seed/trainer_state.json
    "$ABLATE" import log $variant-$seed --format hf-trainer --study others --variant $variant --seed $seed --workspace $w
done; done
"$ABLATE" import log log.csv --study table --workspace $w
mkdir -p "$out/expected" "$out/studies"
for name in small collapse grid others table; do "$ABLATE" compare $name --workspace $w --json >"$out/expected/compare-$name.json"; done
"$ABLATE" list --workspace $w --json | python3 -c '
import json, sys
runs = [{"id": r["info"]["id"], "study": r["info"]["study"], "variant": r["info"]["variant"], "seed": r["info"]["seed"],
         "status": r["status"], "step": r["state"]["step"], "config_hash": r["info"]["config_hash"]} for r in json.load(sys.stdin)["runs"]]
json.dump(runs, sys.stdout, indent=1)' >"$out/expected/list.json"
rm -r $w/reports   # any version can write them
cp whole/runs/*/state.json "$out/expected/whole-state.json"
cp -r $w "$out/workspace"; cp small.json collapse.json grid.json paused.json "$out/studies/"; cp text.txt "$out/"
