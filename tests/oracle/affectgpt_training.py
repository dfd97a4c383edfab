"""Three steps of AffectGPT's training, slowly and in plain torch: another fixture, with other sizes, weights and texts.

Written from the description of the method, in float64, and with nothing of the package: tokens by bytes, LoRA as a sum
of matrices, Qwen2 layer by layer, AdamW by its formula. CLIP and HuBERT alone, which are frozen, are transformers'
(whose import needs a torchvision that fits torch, or none: `ensure_torchvision`, where this is imported).
"""

import json
import math

import numpy as np
import torch
from torch import nn
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection, HubertConfig, HubertModel

WIDTH, INNER, LAYERS, HEADS, KV, RANK, VOCABULARY = 20, 28, 2, 2, 1, 3, 272
VISUAL, ACOUSTIC = 10, 24
FUSED = max(VISUAL, ACOUSTIC)
START, END, PLACES = 259, 260, {"image": 261, "audio": 262, "frame": 263, "face": 264, "multi": 265}
LLM = "llama_model.base_model.model.model."
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)

MULTI = "The audio and video merged info is: <Multi><MultiHere></Multi>. "
PROMPT = (
    "###Human: {multi}The audio content is as follows: <Audio><AudioHere></Audio>. Meanwhile, we uniformly sample raw "
    "frames from the video and extract faces from these frames: <Video><FaceHere></Video>. The subtitle of this video "
    "is: <Subtitle>{subtitle}</Subtitle>. Now, please answer my question based on all the provided information. "
    "{question} ###Assistant: "
)
CASES = {"attn": ("multiface_audio_face_text", MULTI), "none": ("face", "")}
TEXTS = [
    {
        "subtitle": "Get out - now!",
        "question": "Please recognize all possible emotional states of the character.",
        "answer": "The character's emotional state is furious, hurt.",
    },
    {
        "subtitle": "",
        "question": "Please infer the person's emotional state and provide your reasoning process.",
        "answer": "He says nothing. \u4ed6\u7b11 (a smile).",
    },
]
_SETTINGS = ("init_lr", "min_lr", "warmup_start_lr", "warmup_steps", "max_epoch", "iters_per_epoch")
RUNS = {
    "published": dict(zip(_SETTINGS, (1e-5, 1e-5, 1e-6, 5000, 60, 5000), strict=True)),
    "decay": dict(zip(_SETTINGS, (1e-3, 1e-4, 1e-5, 4, 2, 3), strict=True)),
}


def make_fixture(seed):
    """Key -> array, as `merunibench affectgpt selfcheck` takes them."""
    random = np.random.default_rng(seed)
    frozen, states = encode(seed, random)
    frozen |= language_model(random)
    arrays = {f"frozen.{key}": value for key, value in frozen.items() if not key.startswith("batch.")}
    arrays |= {key: value for key, value in frozen.items() if key.startswith("batch.")}
    for case, (mode, multi) in CASES.items():
        trained = trained_weights(random)
        batch = tokenise(multi)
        arrays |= {f"{case}.w.{key}": value for key, value in trained.items()}
        arrays |= {f"{case}.{key}": value for key, value in batch.items()}
        arrays[f"{case}.mode"] = as_bytes(mode)
        arrays[f"{case}.tokens_of_video_audio_multi_image"] = np.ones(4, np.int64)
        for number, text in enumerate(TEXTS):
            arrays |= {f"{case}.text{number}.{key}": as_bytes(value) for key, value in text.items()}
        weights = {key: torch.tensor(value, dtype=torch.float64) for key, value in trained.items()}
        loss, nll, gradients = step(frozen, weights, states, batch)
        arrays |= {f"{case}.loss": np.float32(loss), f"{case}.token_nll": nll.astype(np.float32)}
        for key, gradient in gradients.items():
            norm = -1.0 if gradient is None else float(gradient.norm())
            arrays[f"{case}.grad_norm.{key}"] = np.float32(norm)
            if gradient is not None:
                arrays[f"{case}.grad.{key}"] = gradient.numpy().astype(np.float32)
        for run, settings in RUNS.items() if case == "attn" else ():
            arrays |= {
                f"attn.{run}.{key}": value
                for key, value in three_steps(frozen, weights, states, batch, settings).items()
            }
    for run, settings in RUNS.items():
        rows = [(epoch, i, rate(settings, epoch, i)) for epoch in (1, 2) for i in range(3)]
        arrays[f"schedule.{run}.epoch_step_lr"] = np.array(rows)
        arrays[f"schedule.{run}.settings"] = as_bytes(json.dumps(settings))
    return arrays


def as_bytes(text):
    return np.frombuffer(text.encode(), np.uint8)


def encode(seed, random):
    """The frozen encoders and the media, and the states of both: (2, 8, 10) and (2, 8, 24)."""
    torch.manual_seed(seed)
    clip = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=2, projection_dim=VISUAL,
            image_size=28, patch_size=14,
        )
    )  # fmt: skip
    hubert = HubertModel(
        HubertConfig(
            hidden_size=ACOUSTIC, intermediate_size=30, num_hidden_layers=4, num_attention_heads=2, conv_dim=[6, 6, 6],
            conv_stride=[5, 2, 2], conv_kernel=[10, 3, 3], conv_bias=True, feat_extract_norm="layer",
            do_stable_layer_norm=True, num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2,
        )
    )  # fmt: skip
    for name, parameter in (*clip.named_parameters(), *hubert.named_parameters()):
        nn.init.normal_(parameter, float("norm" in name and name.endswith("weight")), 0.2)
    faces = random.integers(0, 256, (2, 3, 8, 28, 28), np.uint8)
    sounds = random.normal(0, [[[[0.2]]], [[[0.9]]]], (2, 8, 1, 200)).astype(np.float32)
    sounds -= sounds.mean(axis=-1, keepdims=True)
    weights = {f"visual_encoder.model.{key}": value.numpy() for key, value in clip.state_dict().items()}
    weights |= {f"acoustic_encoder.model.{key}": value.numpy() for key, value in hubert.state_dict().items()}
    clip, hubert = clip.double().eval(), hubert.double().eval()
    with torch.no_grad():
        pixels = torch.tensor(faces).transpose(1, 2).reshape(16, 3, 28, 28).double() / 255
        mean, std = (torch.tensor(each, dtype=torch.float64)[:, None, None] for each in (CLIP_MEAN, CLIP_STD))
        video = clip(pixel_values=(pixels - mean) / std).image_embeds.reshape(2, 8, VISUAL)
        heard = torch.tensor(sounds).double().reshape(16, 200)
        heard = (heard - heard.mean()) / (heard.var(unbiased=False) + 1e-7).sqrt()  # of the whole batch
        output = hubert(heard, output_hidden_states=True)
        last_four = torch.stack([*output.hidden_states[-4:-1], output.last_hidden_state])
        audio = last_four.mean(0).mean(1).reshape(2, 8, ACOUSTIC)
    return weights | {"batch.raw_faces": faces, "batch.raw_audios": sounds}, {"video": video, "audio": audio}


MAPS = {
    "self_attn.q_proj": (WIDTH, WIDTH), "self_attn.k_proj": (WIDTH // HEADS * KV, WIDTH),
    "self_attn.v_proj": (WIDTH // HEADS * KV, WIDTH), "self_attn.o_proj": (WIDTH, WIDTH),
    "mlp.gate_proj": (INNER, WIDTH), "mlp.up_proj": (INNER, WIDTH), "mlp.down_proj": (WIDTH, INNER),
}  # fmt: skip


def language_model(random):
    def normal(scale, *shape):
        return random.normal(0, scale, shape).astype(np.float32)

    weights = {f"{LLM}embed_tokens.weight": normal(0.3, VOCABULARY, WIDTH), f"{LLM}norm.weight": 1 + normal(0.1, WIDTH)}
    weights["llama_model.base_model.model.lm_head.weight"] = normal(0.1, VOCABULARY, WIDTH)
    for layer in range(LAYERS):
        for name, shape in MAPS.items():
            weights[f"{LLM}layers.{layer}.{name}.base_layer.weight"] = normal(0.1, *shape)
            if name[-6:-5] in "qkv" and "attn" in name:
                weights[f"{LLM}layers.{layer}.{name}.base_layer.bias"] = normal(0.15, shape[0])
        for norm in ("input_layernorm", "post_attention_layernorm"):
            weights[f"{LLM}layers.{layer}.{norm}.weight"] = 1 + normal(0.1, WIDTH)
    return weights


def trained_weights(random):
    weights = {}
    for layer in range(LAYERS):
        for name, (rows, columns) in MAPS.items():
            for part, shape in (("A", (RANK, columns)), ("B", (rows, RANK))):
                key = f"{LLM}layers.{layer}.{name}.lora_{part}.default.weight"
                weights[key] = random.normal(0, 0.1, shape).astype(np.float32)
    linear = {
        "image_llama_proj": (WIDTH, VISUAL), "video_attention_mlp": (1, VISUAL), "affectgpt_proj": (WIDTH, VISUAL),
        "audio_attention_mlp": (1, ACOUSTIC), "audio_llama_proj": (WIDTH, ACOUSTIC),
        "multi_video_embs": (FUSED, VISUAL), "multi_audio_embs": (FUSED, ACOUSTIC),
        "attention_mlp": (FUSED, 2 * FUSED), "fc_att": (2, FUSED), "multi_llama_proj": (WIDTH, FUSED),
    }  # fmt: skip
    for name, (rows, columns) in linear.items():
        weights[f"{name}.weight"] = random.normal(0, 0.15, (rows, columns)).astype(np.float32)
        weights[f"{name}.bias"] = random.normal(0, 0.15, rows).astype(np.float32)
    return weights


def ids_of(text):
    """Bytes in the order of the byte-level alphabet (printable ones first), `###` and placeholders as one id each."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    order = {byte: number for number, byte in enumerate(printable + [b for b in range(256) if b not in printable])}
    words = {"###": 257} | {f"<{medium.capitalize()}Here>": number for medium, number in PLACES.items()}
    ids = []
    while text:
        word = next((word for word in words if text.startswith(word)), None)
        ids += [words[word]] if word else [order[byte] for byte in text[0].encode()]
        text = text[len(word) if word else 1 :]
    return ids


def tokenise(multi):
    ids, labels = [], []
    for text in TEXTS:
        prompt = ids_of(PROMPT.format(multi=multi, subtitle=text["subtitle"], question=text["question"]))
        answer = [*ids_of(text["answer"] + "###"), END]
        ids.append([START, *prompt, *answer])
        labels.append([-100] * (1 + len(prompt)) + answer)
    longest = max(map(len, ids))
    ids = np.array([row + [END] * (longest - len(row)) for row in ids])
    labels = np.array([row + [-100] * (longest - len(row)) for row in labels])
    return {"input_ids": ids, "labels": labels, "attention_mask": (ids != END).astype(np.uint8)}


def step(frozen, weights, states, batch):
    """The loss, minus the log-likelihood of each target (-1 elsewhere), and the gradients, None where there is none."""
    weights = {key: value.clone().requires_grad_() for key, value in weights.items()}
    base = {key: torch.tensor(value, dtype=torch.float64) for key, value in frozen.items() if key.startswith("llama")}
    ids, labels = torch.tensor(batch["input_ids"]), torch.tensor(batch["labels"])
    x = splice(base, weights, states, ids)
    for layer in range(LAYERS):
        x = x + attend(base, weights, layer, rms(x, base[f"{LLM}layers.{layer}.input_layernorm.weight"]))
        x = x + feed(base, weights, layer, rms(x, base[f"{LLM}layers.{layer}.post_attention_layernorm.weight"]))
    logits = rms(x, base[f"{LLM}norm.weight"]) @ base["llama_model.base_model.model.lm_head.weight"].T
    likelihoods = torch.log_softmax(logits[:, :-1], dim=-1)
    nll, count = torch.full(labels[:, 1:].shape, -1.0, dtype=torch.float64), 0
    for row, column in np.argwhere(batch["labels"][:, 1:] != -100):
        nll[row, column] = -likelihoods[row, column, labels[row, column + 1]]
        count += 1
    loss = nll[nll != -1].sum() / count  # over the tokens of the batch, not over its samples
    found = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
    return float(loss.detach()), nll.detach().numpy(), dict(zip(weights, found, strict=True))


def linear(weights, name, x):
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def splice(base, weights, states, ids):
    embedded = base[f"{LLM}embed_tokens.weight"][ids.clamp(max=START)]
    video, audio = states["video"], states["audio"]
    tokens = {}
    for medium, score, project, x in (
        ("face", "video_attention_mlp", "affectgpt_proj", video),
        ("audio", "audio_attention_mlp", "audio_llama_proj", audio),
    ):
        tokens[medium] = linear(weights, project, (linear(weights, score, x) * x).sum(1))
    v, a = linear(weights, "multi_video_embs", video.mean(1)), linear(weights, "multi_audio_embs", audio.mean(1))
    share = linear(weights, "fc_att", linear(weights, "attention_mlp", torch.cat([v, a], 1)))
    tokens["multi"] = linear(weights, "multi_llama_proj", share[:, :1] * v + share[:, 1:] * a)
    rows = []
    for row in range(len(ids)):
        media = {PLACES[medium]: value[row] for medium, value in tokens.items()}
        rows.append(torch.stack([media.get(int(i), e) for i, e in zip(ids[row], embedded[row], strict=True)]))
    return torch.stack(rows)


def rms(x, weight):
    return weight * x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt()


def mapped(base, weights, layer, name, x):
    """A map with LoRA: W x + (32 / r) B A x, and a bias where there is one."""
    key = f"{LLM}layers.{layer}.{name}."
    lora = weights[f"{key}lora_B.default.weight"] @ weights[f"{key}lora_A.default.weight"]
    return x @ (base[f"{key}base_layer.weight"] + 32 / RANK * lora).T + base.get(f"{key}base_layer.bias", 0)


def attend(base, weights, layer, x):
    batch, length, _ = x.shape
    size = WIDTH // HEADS
    q, k, v = (
        turned(mapped(base, weights, layer, f"self_attn.{part}_proj", x).reshape(batch, length, -1, size), part)
        for part in "qkv"
    )
    scores = torch.einsum("blhd,bmd->bhlm", q, k[:, :, 0]) / math.sqrt(size)
    scores = scores.masked_fill(torch.ones(length, length).triu(1).bool(), -math.inf)
    found = torch.einsum("bhlm,bmd->blhd", scores.softmax(-1), v[:, :, 0])
    return mapped(base, weights, layer, "self_attn.o_proj", found.reshape(batch, length, WIDTH))


def turned(x, part):
    """Rotary positions, of queries and keys: halves of a head are turned by position / 10000^(2 i / size).

    The angles are in float32, as they are wherever Qwen2 runs: at position 500 that is a difference of 3e-5.
    """
    if part == "v":
        return x
    size = x.shape[-1]
    angles = torch.arange(x.shape[1])[:, None].float() * (1 / 10000 ** (torch.arange(0, size, 2).float() / size))
    cos, sin = angles.double().cos()[:, None], angles.double().sin()[:, None]
    first, second = x[..., : size // 2], x[..., size // 2 :]
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def feed(base, weights, layer, x):
    gate, up = (mapped(base, weights, layer, f"mlp.{part}_proj", x) for part in ("gate", "up"))
    return mapped(base, weights, layer, "mlp.down_proj", nn.functional.silu(gate) * up)


def rate(settings, epoch, i):
    each, lowest, highest = settings["iters_per_epoch"], settings["min_lr"], settings["init_lr"]
    t = epoch * each + i
    if t < settings["warmup_steps"]:
        start = settings["warmup_start_lr"]
        return min(highest, start + (highest - start) * i / settings["warmup_steps"])
    return (highest - lowest) * 0.5 * (1 + math.cos(math.pi * t / (settings["max_epoch"] * each))) + lowest


def three_steps(frozen, weights, states, batch, settings):
    """AdamW (0.9, 0.999, 1e-8), decay 0.05 of matrices, on the same batch three times."""
    weights = {key: value.clone() for key, value in weights.items()}
    first, second = ({key: torch.zeros_like(value) for key, value in weights.items()} for _ in range(2))
    losses, rates = [], [rate(settings, 1, i) for i in range(3)]
    for number, lr in enumerate(rates, start=1):
        loss, _, gradients = step(frozen, weights, states, batch)
        losses.append(loss)
        for key, gradient in gradients.items():
            if gradient is None:
                continue
            first[key] = 0.9 * first[key] + 0.1 * gradient
            second[key] = 0.999 * second[key] + 0.001 * gradient**2
            weights[key] *= 1 - lr * (0.05 if gradient.dim() >= 2 else 0)
            mean, square = first[key] / (1 - 0.9**number), second[key] / (1 - 0.999**number)
            weights[key] -= lr * mean / (square.sqrt() + 1e-8)
    found = {f"w3.{key}": value.numpy().astype(np.float32) for key, value in weights.items()}
    return found | {"lr": np.array(rates), "losses": np.array(losses, np.float32)}
