"""Emotion-LLaMA by the `EmotionLLaMARuntime` of its repository. Never run with its weights.

Put this file and merunibench_child.py at the top of the repository, beside `minigpt4` and `checkpoints`, and run both
in its environment. It reads picture and sound out of the video file, always both.
"""

import merunibench_child as child


def load(asked):
    """Load the model. Option: `config`, the demo's configuration file."""
    from minigpt4.inference import EmotionLLaMARuntime

    if not {"audio", "video"} <= set(asked.modalities):
        raise child.Fatal("it always sees and hears: ask for --modalities audio+video or audio+video+text")
    config = asked.take("config", "eval_configs/demo.yaml")
    device = asked.take("device", "auto")
    drawn = {
        "max_new_tokens": asked.take("max_new_tokens", 500),
        "temperature": asked.take("temperature", 0.2),
        "top_p": asked.take("top_p", 0.9),
    }
    if drawn["temperature"] <= 0:
        raise child.Fatal("it takes no temperature of 0: leave --temperature out")
    runtime = EmotionLLaMARuntime(config, device=None if device == "auto" else device)
    runtime.load()
    runtime.load_audio_encoder()

    def answer(sample):
        if sample.audio != sample.video:
            raise ValueError("its reader takes the sound out of the video file: leave the sound file out")
        return runtime.analyze(sample.video, sample.prompt, seed=sample.seed, **drawn)

    return child.Ready(
        answer,
        model="Emotion-LLaMA",
        revision="bridge 1",
        modalities=["audio", "video", "text"],
        libraries=["torch", "transformers"],
        control_tokens=[
            "<VideoHere>",
            "<FeatureHere>",
            "<video>",
            "</video>",
            "<feature>",
            "</feature>",
            "[INST]",
            "[/INST]",
        ],
    )


if __name__ == "__main__":
    child.serve(load)
