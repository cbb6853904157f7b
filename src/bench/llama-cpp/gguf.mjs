// node gguf.mjs FOLDER FILE writes a Hugging Face folder of a Llama model (one model.safetensors, bf16,
// tied embeddings or not) as a GGUF file that llama.cpp loads. Norms become fp32, as llama.cpp wants
// them; everything else keeps its bits. Made for speed comparisons: the vocabulary's merges are left out.
import fs from "node:fs";
import path from "node:path";

const TYPE = {uint32: 4, int32: 5, float32: 6, string: 8, array: 9};
const GGML = {F32: 0, BF16: 30};
const ALIGNMENT = 32;

const LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down"
};

function ggufName(name) {
    const layer = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name);
    if (layer) return `blk.${layer[1]}.${LAYER_NAMES[layer[2]]}.weight`;
    return {
        "model.embed_tokens.weight": "token_embd.weight",
        "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight"
    }[name];
}

// Llama's rotation pairs neighbours in GGUF, halves in safetensors: the rows of a head change places.
function interleaved(data, rows, heads) {
    const rowBytes = data.length / rows;
    const half = rows / heads / 2;
    const out = Buffer.allocUnsafe(data.length);
    for (let row = 0; row < rows; row++) {
        const head = Math.floor(row / (2 * half));
        const within = row % (2 * half);
        const from = head * 2 * half + (within % 2) * half + Math.floor(within / 2);
        data.copy(out, row * rowBytes, from * rowBytes, (from + 1) * rowBytes);
    }
    return out;
}

function widened(data) {
    const out = Buffer.alloc(2 * data.length);
    for (let i = 0; i < data.length; i += 2) data.copy(out, 2 * i + 2, i, i + 2);
    return out;
}

class Writer {
    parts = [];
    length = 0;
    bytes(b) { this.parts.push(b); this.length += b.length; }
    u32(v) { const b = Buffer.alloc(4); b.writeUInt32LE(v); this.bytes(b); }
    u64(v) { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(v)); this.bytes(b); }
    f32(v) { const b = Buffer.alloc(4); b.writeFloatLE(v); this.bytes(b); }
    text(v) { const b = Buffer.from(v, "utf8"); this.u64(b.length); this.bytes(b); }
    value(type, v) {
        if (type === "string") this.text(v);
        else if (type === "uint32" || type === "int32") this.u32(v);
        else this.f32(v);
    }
    entry(key, type, v) {
        this.text(key);
        if (Array.isArray(v)) { this.u32(TYPE.array); this.u32(TYPE[type]); this.u64(v.length); v.forEach((e) => this.value(type, e)); }
        else { this.u32(TYPE[type]); this.value(type, v); }
    }
    pad() { const rest = this.length % ALIGNMENT; if (rest) this.bytes(Buffer.alloc(ALIGNMENT - rest)); }
}

function writeGguf(folder, file) {
    const config = JSON.parse(fs.readFileSync(path.join(folder, "config.json"), "utf8"));
    const vocabulary = Object.entries(JSON.parse(fs.readFileSync(path.join(folder, "tokenizer.json"), "utf8")).model.vocab);
    const tokens = Array.from({length: config.vocab_size}, (_, id) => `<unused${id}>`);
    for (const [text, id] of vocabulary) tokens[id] = text;

    const weights = fs.readFileSync(path.join(folder, "model.safetensors"));
    const headerBytes = Number(weights.readBigUInt64LE(0));
    const header = JSON.parse(weights.subarray(8, 8 + headerBytes).toString("utf8"));
    const tensors = [];
    for (const [name, {dtype, shape, data_offsets: [from, to]}] of Object.entries(header)) {
        if (name === "__metadata__") continue;
        if (dtype !== "BF16") throw new Error(`${name} is ${dtype}: only BF16 checkpoints can be written as GGUF here`);
        let data = weights.subarray(8 + headerBytes + from, 8 + headerBytes + to);
        if (name.endsWith("q_proj.weight")) data = interleaved(data, shape[0], config.num_attention_heads);
        if (name.endsWith("k_proj.weight")) data = interleaved(data, shape[0], config.num_key_value_heads);
        const norm = shape.length === 1;
        tensors.push({name: ggufName(name), shape, type: norm ? GGML.F32 : GGML.BF16, data: norm ? widened(data) : data});
    }

    const out = new Writer();
    const entries = [
        ["general.architecture", "string", "llama"],
        ["general.name", "string", path.basename(folder)],
        ["general.alignment", "uint32", ALIGNMENT],
        ["general.file_type", "uint32", 32],
        ["llama.block_count", "uint32", config.num_hidden_layers],
        ["llama.context_length", "uint32", config.max_position_embeddings],
        ["llama.embedding_length", "uint32", config.hidden_size],
        ["llama.feed_forward_length", "uint32", config.intermediate_size],
        ["llama.attention.head_count", "uint32", config.num_attention_heads],
        ["llama.attention.head_count_kv", "uint32", config.num_key_value_heads],
        ["llama.attention.layer_norm_rms_epsilon", "float32", config.rms_norm_eps],
        ["llama.rope.freq_base", "float32", config.rope_theta],
        ["llama.rope.dimension_count", "uint32", config.head_dim],
        ["llama.vocab_size", "uint32", config.vocab_size],
        ["tokenizer.ggml.model", "string", "gpt2"],
        ["tokenizer.ggml.pre", "string", "default"],
        ["tokenizer.ggml.tokens", "string", tokens],
        ["tokenizer.ggml.token_type", "int32", tokens.map(() => 1)],
        ["tokenizer.ggml.merges", "string", ["a b"]],
        ["tokenizer.ggml.bos_token_id", "uint32", 0],
        ["tokenizer.ggml.eos_token_id", "uint32", config.vocab_size - 1]
    ];
    out.bytes(Buffer.from("GGUF"));
    out.u32(3);
    out.u64(tensors.length);
    out.u64(entries.length);
    for (const [key, type, v] of entries) out.entry(key, type, v);
    let offset = 0;
    for (const tensor of tensors) {
        out.text(tensor.name);
        out.u32(tensor.shape.length);
        [...tensor.shape].reverse().forEach((size) => out.u64(size));
        out.u32(tensor.type);
        out.u64(offset);
        offset += Math.ceil(tensor.data.length / ALIGNMENT) * ALIGNMENT;
    }
    out.pad();
    const target = fs.openSync(file, "w");
    for (const part of out.parts) fs.writeSync(target, part);
    for (const {data} of tensors) {
        fs.writeSync(target, data);
        const rest = data.length % ALIGNMENT;
        if (rest) fs.writeSync(target, Buffer.alloc(ALIGNMENT - rest));
    }
    fs.closeSync(target);
}

if (process.argv.length !== 4) {
    console.error("usage: node gguf.mjs FOLDER FILE");
    process.exit(2);
}
writeGguf(process.argv[2], process.argv[3]);
