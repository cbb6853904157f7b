#!/usr/bin/env python3
"""Runs the decoder's source on a GPU in plain PyTorch: is it right there, and how fast is it?

    python3 src/bench/gpu/decoder_on_gpu.py [--models 135m,1b,8b] [--out FOLDER]

Needs PyTorch 2.7 or newer and one GPU; nothing of Caudal but this checkout. It packs
src/main/resources/torch/decoder.py as the engine does, compares the bundled model's logits with those of
the CPU in fp32, and times steps of models with random weights. What a step must read at least (weights
and KV, once) over what a large copy moves a second is the time that no decoder beats: `share` is that
time over the measured one.
"""
import argparse
import io
import json
import pathlib
import re
import statistics
import sys
import time
import zipfile

import torch

ROOT = pathlib.Path(__file__).resolve().parents[3]
SOURCE = ROOT / "src/main/resources/torch/decoder.py"
DEMO = ROOT / "src/main/resources/models/demo"
CODES = {torch.uint8: 0, torch.float16: 5, torch.float32: 6, torch.bfloat16: 15}

# layers, heads, kv_heads, head_dim, hidden, intermediate, vocabulary, whether the head is the embedding
SHAPES = {
    "135m": (30, 9, 3, 64, 576, 1536, 49152, True),
    "1b": (16, 32, 8, 64, 2048, 8192, 128256, True),
    "8b": (32, 32, 8, 128, 4096, 14336, 128256, False),
}


def archive(source):
    """What torch.jit.save would write of the class in `source`, its attributes empty: see ScriptArchive."""
    known = {
        "int": b"K\0",
        "float": b"G" + bytes(8),
        "List[Tensor]": b"ctorch.jit._pickle\nbuild_tensorlist\n]\x85R",
        "List[float]": b"ctorch.jit._pickle\nbuild_doublelist\n]\x85R",
    }
    name = re.search(r"(?m)^class (\w+)\(Module\):", source).group(1)
    module = b"c__torch__\n" + name.encode() + b"\n)\x81}("
    for key, kind in re.findall(r"(?m)^  (\w+) : (.+)$", source):
        module += b"X" + bytes([len(key), 0, 0, 0]) + key.encode()
        module += known.get(kind, b"]" if kind.startswith("List[") else b"}")
    bytes_ = io.BytesIO()
    with zipfile.ZipFile(bytes_, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("decoder/data.pkl", b"\x80\x02" + module + b"ub.")
        packed.writestr("decoder/code/__torch__.py", source)
        packed.writestr("decoder/constants.pkl", b"\x80\x02).")
        packed.writestr("decoder/version", "10\n")
    bytes_.seek(0)
    return bytes_


class Decoder:
    """One compiled decoder with its weights, and sequences in adjacent places of arenas of one capacity."""

    def __init__(self, shape, dtype, device, weight, places, capacity, per_arena=None):
        self.layers, self.heads, self.kv_heads, self.head_dim, hidden, intermediate, vocabulary, tied = shape
        self.device, self.dtype, self.capacity = device, dtype, capacity
        self.per_arena = per_arena or places
        self.module = torch.jit.load(archive(SOURCE.read_text()), map_location=device)
        frequencies = [10000.0 ** (-2.0 * i / self.head_dim) for i in range(self.head_dim // 2)]
        self.module.configure(
            self.layers, self.heads, self.kv_heads, self.head_dim, 1e-5, frequencies, CODES[dtype], 0, 0)
        self.layer_bytes = self.head_bytes = 0
        queries, keys = self.heads * self.head_dim, self.kv_heads * self.head_dim

        def put(role, *parts, linear=True):
            for name, size in parts:
                rows = weight(name, size)
                self.module.add_rows(
                    CODES[rows.dtype], list(size), rows.contiguous().view(-1).view(torch.uint8).to(device))
                size_ = rows.numel() * torch.empty(0, dtype=dtype).element_size()
                if role in ("head", "final_norm"):
                    self.head_bytes += size_
                elif role != "embedding":
                    self.layer_bytes += size_
            self.module.end_linear(role) if linear else self.module.end_tensor(role)

        put("embedding", ("model.embed_tokens.weight", (vocabulary, hidden)), linear=False)
        for layer in range(self.layers):
            at = f"model.layers.{layer}."
            put("attention_norm", (at + "input_layernorm.weight", (hidden,)), linear=False)
            put(
                "qkv",
                (at + "self_attn.q_proj.weight", (queries, hidden)),
                (at + "self_attn.k_proj.weight", (keys, hidden)),
                (at + "self_attn.v_proj.weight", (keys, hidden)))
            put("out", (at + "self_attn.o_proj.weight", (hidden, queries)))
            put("mlp_norm", (at + "post_attention_layernorm.weight", (hidden,)), linear=False)
            put(
                "gate_up",
                (at + "mlp.gate_proj.weight", (intermediate, hidden)),
                (at + "mlp.up_proj.weight", (intermediate, hidden)))
            put("down", (at + "mlp.down_proj.weight", (hidden, intermediate)))
        put("final_norm", ("model.norm.weight", (hidden,)), linear=False)
        put("head", ("model.embed_tokens.weight" if tied else "lm_head.weight", (vocabulary, hidden)))
        for arena in range(-(-places // self.per_arena)):
            self.module.make_arena(arena, capacity, self.per_arena)
            for place in range(self.per_arena):
                self.module.clear(arena, place)

    def writes(self, place, position):
        """Rows that a token's keys and values go to, as KvArenas says them."""
        first = place % self.per_arena * self.kv_heads
        keys = [(first + head) * self.capacity + position for head in range(self.kv_heads)]
        values = self.capacity * self.per_arena * self.kv_heads
        return keys + [values + row for row in keys]

    def prefill(self, place, tokens, first=0):
        """Logits of the last token."""
        positions = list(range(first, first + len(tokens)))
        writes = [row for position in positions for row in self.writes(place, position)]
        return self.module.step(
            tokens, positions, writes, [place // self.per_arena], [place % self.per_arena], [1],
            [len(tokens)], [len(tokens) - 1], [], [], [], [], [])[0]

    def decode(self, tokens, positions, wanted="logits"):
        """One token each of the sequences in places 0 to len(tokens) - 1: logits, or next tokens.

        `wanted`: logits; or next tokens, "likeliest", "drawn" at temperature 1, "cut" with top-p .95 too.
        """
        count = len(tokens)
        writes = [row for place in range(count) for row in self.writes(place, positions[place])]
        firsts = list(range(0, count, self.per_arena))
        counts = [min(self.per_arena, count - first) for first in firsts]
        rows = {one: list(range(count)) if one == wanted else [] for one in ("logits", "likeliest", "drawn", "cut")}
        sampled = count if wanted in ("drawn", "cut") else 0
        draws = [1.0, 0.0, 0.95 if wanted == "cut" else 1.0, 0.0] * sampled
        numbers = [2**52] * sampled
        return self.module.step(
            tokens, positions, writes, list(range(len(firsts))), [0] * len(firsts), counts,
            [1] * len(firsts), *rows.values(), draws, numbers)[0 if wanted == "logits" else 1]


def read_safetensors(file):
    """Tensors of a file by name: a length, a JSON header, bytes."""
    content = bytearray(file.read_bytes())
    end = 8 + int.from_bytes(content[:8], "little")
    kinds = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    tensors = {}
    for name, one in json.loads(content[8:end]).items():
        if name != "__metadata__":
            first, last = one["data_offsets"]
            flat = torch.frombuffer(content[end + first:end + last], dtype=kinds[one["dtype"]])
            tensors[name] = flat.view(one["shape"])
    return tensors


def demo(dtype, device, places=1):
    tensors = read_safetensors(DEMO / "model.safetensors")
    config = json.loads((DEMO / "config.json").read_text())
    shape = (
        config["num_hidden_layers"], config["num_attention_heads"], config["num_key_value_heads"],
        config["head_dim"], config["hidden_size"], config["intermediate_size"], config["vocab_size"], True)
    return Decoder(shape, dtype, device, lambda name, size: tensors[name], places, 1024)


def compare(device):
    """The bundled model's golden conversations, GPU against the CPU's fp32; whether fp32 is the same."""
    turns = [
        turn
        for session in json.loads((DEMO / "golden.json").read_text())["sessions"]
        for turn in session["turns"]
    ]
    with torch.inference_mode():
        exact = demo(torch.float32, "cpu")
        print("| GPU | tokens | same greedy token | golden replies, whole | relative error, max |")
        print("| --- | --- | --- | --- | --- |")
        for dtype in (torch.float32, torch.bfloat16, torch.float16):
            ours = demo(dtype, device)
            same = total = whole = 0
            worst = 0.0
            for turn in turns:
                prompt, reply = turn["prompt_ids"], turn["continuation_ids"]
                tokens, greedy = prompt, []
                for i, wanted in enumerate(reply):
                    first = 0 if i == 0 else len(prompt) + i - 1
                    reference = exact.prefill(0, tokens, first)[0]
                    logits = ours.prefill(0, tokens, first)[0].cpu()
                    worst = max(worst, float((logits - reference).norm() / reference.norm()))
                    same += int(logits.argmax()) == int(reference.argmax())
                    greedy.append(int(logits.argmax()))
                    total += 1
                    tokens = [wanted]  # the golden reply is what both read on with
                whole += greedy == reply
            print(f"| {str(dtype)[6:]} | {total} | {same / total:.4f} | {whole} of {len(turns)} | {worst:.1e} |")
            if dtype == torch.float32:
                right = same == total and worst < 1e-3
    return right


def batches_do_not_matter(device):
    """fp32: a sequence alone and the same among fifteen others."""
    with torch.inference_mode():
        alone, among = demo(torch.float32, device), demo(torch.float32, device, places=16)
        token, others = 17, [17] + [100 + i for i in range(15)]
        worst = 0.0
        for position in range(64):
            one = alone.decode([token], [position])[0]
            many = among.decode(others, [position] * 16)
            worst = max(worst, float((one - many[0]).abs().max() / one.abs().max()))
            if int(one.argmax()) != int(many[0].argmax()):
                raise SystemExit(f"fp32: another token at {position} among others")
            token = int(one.argmax())
            others = [int(i) for i in many.argmax(1)]
    print(f"\nfp32, 64 greedy tokens alone and among 15 others: the same; largest difference {worst:.1e}\n")


def copied_bytes_per_second(device):
    from_ = torch.randint(0, 255, (4 << 30,), dtype=torch.uint8, device=device)
    to = torch.empty_like(from_)
    return 2 * from_.numel() / median_seconds(lambda: to.copy_(from_), 10)


def median_seconds(call, times):
    """Of so many calls one after the other, each waited for, after three that are not counted."""
    measured = []
    for i in range(times + 3):
        torch.cuda.synchronize()
        start = time.perf_counter()
        call()
        torch.cuda.synchronize()
        if i >= 3:
            measured.append(time.perf_counter() - start)
    return statistics.median(measured)


def random_weight(name, size, device):
    if len(size) == 1:
        return torch.ones(size, dtype=torch.bfloat16, device=device)
    return torch.randn(size, dtype=torch.bfloat16, device=device) * 0.02


def time_model(name, device, bandwidth, figures, per_arena=None, batches=(1, 8, 32, 128)):
    torch.manual_seed(1)
    shape = SHAPES[name]
    capacity, position = 768, 512
    weight = lambda key, size: random_weight(key, size, device)
    decoder = Decoder(shape, torch.bfloat16, device, weight, max(batches), capacity, per_arena)
    for arena in decoder.module.arenas:
        for layer in arena:
            layer.normal_()
    kv_bytes = 2 * 2 * decoder.layers * decoder.kv_heads * decoder.head_dim * (position + 1)
    label = name if per_arena is None else f"{name}, {per_arena} places an arena"
    with torch.inference_mode():
        for count in batches:
            tokens = [(7 * i) % 1000 for i in range(count)]
            each = {
                wanted: median_seconds(lambda: decoder.decode(tokens, [position] * count, wanted), 20)
                for wanted in ("likeliest", "drawn", "cut", "logits")
            }
            seconds = each["likeliest"]
            least = (decoder.layer_bytes + decoder.head_bytes + count * kv_bytes) / bandwidth
            row = dict(
                model=label, batch=count, step_ms=seconds * 1e3, tokens_per_second=count / seconds,
                share=least / seconds, **{f"{wanted}_ms": one * 1e3 for wanted, one in each.items()})
            figures.append(row)
            print(
                f"| {label} | {count} | {row['step_ms']:.2f} | {row['tokens_per_second']:.0f} |"
                f" {100 * row['share']:.1f} % | {row['drawn_ms']:.2f} | {row['cut_ms']:.2f} |"
                f" {row['logits_ms']:.2f} |", flush=True)
        if per_arena is None:
            for length in (512,):
                tokens = [(11 * i) % 1000 for i in range(length)]
                seconds = median_seconds(lambda: decoder.prefill(0, tokens), 10)
                flops = decoder.layer_bytes * length  # two for each weight of two bytes; attention not counted
                figures.append(dict(model=label, prefill=length, tokens_per_second=length / seconds))
                print(
                    f"| {label} | prefill of {length} | {seconds * 1e3:.2f} | {length / seconds:.0f} |"
                    f" {flops / seconds / 1e12:.0f} TFLOP/s |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", default="135m,1b,8b")
    parser.add_argument("--out")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("PyTorch sees no GPU here")
    device = "cuda:0"
    # As the engine runs it.
    torch._C._set_graph_executor_optimize(False)
    print(f"{torch.cuda.get_device_name(0)}, PyTorch {torch.__version__}\n")
    right = compare(device)
    batches_do_not_matter(device)
    bandwidth = copied_bytes_per_second(device)
    print(f"A copy moves {bandwidth / 1e12:.2f} TB/s, read and written. Sequences of 512 tokens, bf16.\n")
    print("A step ends with the likeliest tokens on the host, with drawn ones, or with all logits.\n")
    print("| model | batch | step ms | tokens/s | of the bandwidth limit | drawn | drawn, top-p .95 | logits |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    figures = []
    for name in options.models.split(","):
        time_model(name, device, bandwidth, figures)
        torch.cuda.empty_cache()
        if name == "135m":
            time_model(name, device, bandwidth, figures, per_arena=8)
    if options.out:
        path = pathlib.Path(options.out) / "decoder_on_gpu.json"
        path.write_text(json.dumps(dict(copy_bytes_per_second=bandwidth, rows=figures), indent=2))
    return 0 if right else "fp32 on the GPU is not what it is on the CPU"


if __name__ == "__main__":
    sys.exit(main())
