"""MiniCPM-o 2.6 by `model.chat` of the code that comes with its checkpoint. Never run with its weights.

Run it in an environment with the transformers version that its page names, librosa and decord. Picture and sound go in
as its page shows it: for each second a frame and the sound of that second.
"""

import merunibench_child as child

RATE = 16000


def seconds_of(video):
    """A frame at the beginning of each second of a video."""
    from decord import VideoReader
    from PIL import Image

    reader = VideoReader(video)
    rate = reader.get_avg_fps()
    numbers = [int(second * rate) for second in range(int(len(reader) / rate) + 1) if int(second * rate) < len(reader)]
    return [Image.fromarray(reader[number].asnumpy()) for number in numbers]


def units(sample):
    """What comes before the question: frames, sounds, or both by turns."""
    import librosa

    frames = seconds_of(sample.video) if sample.video else []
    sound = librosa.load(sample.audio, sr=RATE, mono=True)[0] if sample.audio else None
    if sound is None:
        return frames
    if not frames:
        return [sound]
    parts = []
    for second, frame in enumerate(frames):
        heard = sound[second * RATE : (second + 1) * RATE]
        parts += ["<unit>", frame, heard] if len(heard) else ["<unit>", frame]
    return parts


def load(asked):
    """Load the model. Option: `checkpoint`."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    checkpoint = asked.take("checkpoint", "openbmb/MiniCPM-o-2_6")
    device = asked.take("device", "auto")
    drawn = {"max_new_tokens": asked.take("max_new_tokens", 1024)}
    temperature = asked.take("temperature", 0.0)
    drawn["sampling"] = temperature > 0
    if drawn["sampling"]:
        drawn["temperature"] = temperature
        drawn["top_p"] = asked.take("top_p", 0.8)
    model = AutoModel.from_pretrained(
        checkpoint,
        trust_remote_code=True,
        attn_implementation="sdpa",
        torch_dtype=torch.bfloat16,
        init_vision=True,
        init_audio=True,
        init_tts=False,
    )
    model = model.eval().to("cuda" if device == "auto" else device)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint, trust_remote_code=True)

    def answer(sample):
        messages = [{"role": "user", "content": [*units(sample), sample.prompt]}]
        both = bool(sample.video and sample.audio)
        if both:
            messages.insert(0, model.get_sys_prompt(mode="omni", language="en"))
        return model.chat(
            msgs=messages,
            tokenizer=tokenizer,
            omni_input=both,
            use_tts_template=False,
            generate_audio=False,
            max_slice_nums=1,
            use_image_id=False,
            **drawn,
        )

    return child.Ready(
        answer,
        model=checkpoint.rstrip("/").rpartition("/")[2],
        revision="bridge 1",
        modalities=["audio", "video", "text"],
        libraries=["torch", "transformers", "librosa", "decord"],
        control_tokens=["<unit>", "<image>", "<audio>", "<|im_start|>", "<|im_end|>"],
    )


if __name__ == "__main__":
    child.serve(load)
