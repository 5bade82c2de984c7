"""tiny_model.py FILE: writes a language model of a few hundred kilobytes with random weights (GGUF,
llama architecture), the same ones each time. It says letters without a sense, and the same ones for
the same prompt: enough for a server of models to answer, and for its answers to be compared."""
import random
import struct
import sys

EMBEDDING, LAYERS, HEADS, FEED, CONTEXT = 64, 2, 4, 128, 2048
SPECIAL = ["<unk>", "<s>", "</s>"]
TOKENS = SPECIAL + ["<0x%02X>" % i for i in range(256)]
LETTERS = [len(SPECIAL) + c for c in b"abcdefghijklmnopqrstuvwxyz .,"]
U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5
TEMPLATE = ("{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}")

rng = random.Random(1)


def text(s):
    s = s.encode()
    return struct.pack("<Q", len(s)) + s


def value(kind, v):
    return {U32: lambda: struct.pack("<I", v), I32: lambda: struct.pack("<i", v),
            F32: lambda: struct.pack("<f", v), BOOL: lambda: struct.pack("<?", v),
            STRING: lambda: text(v)}[kind]()


def scalar(name, kind, v):
    return text(name) + struct.pack("<I", kind) + value(kind, v)


def array(name, kind, values):
    return (text(name) + struct.pack("<IIQ", ARRAY, kind, len(values)) +
            b"".join(value(kind, v) for v in values))


def noise(n, size=0.3):
    return [rng.gauss(0, size) for _ in range(n)]


def output():
    """Only letters are ever the likeliest."""
    rows = [[0.0] * EMBEDDING for _ in TOKENS]
    for letter in LETTERS:
        rows[letter] = noise(EMBEDDING, 1.0)
    return [x for row in rows for x in row]


def tensors():
    square, wide = EMBEDDING * EMBEDDING, EMBEDDING * FEED
    yield "token_embd.weight", (EMBEDDING, len(TOKENS)), noise(EMBEDDING * len(TOKENS), 1.0)
    for i in range(LAYERS):
        block = "blk.%d." % i
        yield block + "attn_norm.weight", (EMBEDDING,), [1.0] * EMBEDDING
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield block + name + ".weight", (EMBEDDING, EMBEDDING), noise(square)
        yield block + "ffn_norm.weight", (EMBEDDING,), [1.0] * EMBEDDING
        yield block + "ffn_gate.weight", (EMBEDDING, FEED), noise(wide)
        yield block + "ffn_up.weight", (EMBEDDING, FEED), noise(wide)
        yield block + "ffn_down.weight", (FEED, EMBEDDING), noise(wide)
    yield "output_norm.weight", (EMBEDDING,), [1.0] * EMBEDDING
    yield "output.weight", (EMBEDDING, len(TOKENS)), output()


facts = [
    scalar("general.architecture", STRING, "llama"),
    scalar("general.name", STRING, "tiny"),
    scalar("llama.context_length", U32, CONTEXT),
    scalar("llama.embedding_length", U32, EMBEDDING),
    scalar("llama.block_count", U32, LAYERS),
    scalar("llama.feed_forward_length", U32, FEED),
    scalar("llama.attention.head_count", U32, HEADS),
    scalar("llama.attention.head_count_kv", U32, HEADS),
    scalar("llama.attention.layer_norm_rms_epsilon", F32, 1e-5),
    scalar("llama.rope.dimension_count", U32, EMBEDDING // HEADS),
    scalar("tokenizer.ggml.model", STRING, "llama"),
    array("tokenizer.ggml.tokens", STRING, TOKENS),
    array("tokenizer.ggml.scores", F32, [0.0] * len(TOKENS)),
    array("tokenizer.ggml.token_type", I32, [2, 3, 3] + [6] * 256),
    scalar("tokenizer.ggml.bos_token_id", U32, 1),
    scalar("tokenizer.ggml.eos_token_id", U32, 2),
    scalar("tokenizer.ggml.unknown_token_id", U32, 0),
    scalar("tokenizer.ggml.add_space_prefix", BOOL, False),
    scalar("tokenizer.chat_template", STRING, TEMPLATE),
]
weights, infos, data = list(tensors()), b"", b""
for name, shape, numbers in weights:
    infos += text(name) + struct.pack("<I%dQIQ" % len(shape), len(shape), *shape, 0, len(data))
    data += struct.pack("<%df" % len(numbers), *numbers)
    data += b"\0" * (-len(data) % 32)
head = b"GGUF" + struct.pack("<IQQ", 3, len(weights), len(facts)) + b"".join(facts) + infos
with open(sys.argv[1], "wb") as f:
    f.write(head + b"\0" * (-len(head) % 32) + data)
