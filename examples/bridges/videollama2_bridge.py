"""VideoLLaMA2 and VideoLLaMA2.1-AV by their `model_init` and `mm_infer`. Never run with their weights.

Put this file and merunibench_child.py beside the package `videollama2` (of the branch `audio_visual` for models that
hear), and run both in its environment. A CUDA device is needed: `mm_infer` moves its inputs there.
"""

import merunibench_child as child


def load(asked):
    """Load the model. Option: `checkpoint`, a name on the Hub or a folder."""
    from videollama2 import mm_infer, model_init
    from videollama2.utils import disable_torch_init

    checkpoint = asked.need("checkpoint")
    drawn = {"max_new_tokens": asked.take("max_new_tokens", 1024), "temperature": asked.take("temperature", 0.0)}
    drawn["do_sample"] = drawn["temperature"] > 0
    if drawn["do_sample"]:
        drawn["top_p"] = asked.take("top_p", 0.9)
    disable_torch_init()
    model, processor, tokenizer = model_init(checkpoint)
    hears = getattr(model.config, "mm_audio_tower", None) is not None
    # As its authors do where a medium is left out.
    if hears and "audio" not in asked.modalities:
        model.model.audio_tower = None
    if hears and "video" not in asked.modalities:
        model.model.vision_tower = None

    def answer(sample):
        if sample.video and sample.audio:
            if sample.audio != sample.video:
                raise ValueError("its reader takes the sound out of the video file: leave the sound file out")
            media, modal = processor["video"](sample.video, va=True), "video"
        elif sample.video:
            media, modal = processor["video"](sample.video), "video"
        elif sample.audio:
            media, modal = processor["audio"](sample.audio), "audio"
        else:
            media, modal = None, "text"
        return mm_infer(media, sample.prompt, model=model, tokenizer=tokenizer, modal=modal, **drawn)

    return child.Ready(
        answer,
        model=str(checkpoint).rstrip("/").rpartition("/")[2],
        revision="bridge 1",
        modalities=["audio", "video", "text"] if hears else ["video", "text"],
        libraries=["torch", "transformers"],
        control_tokens=["<video>", "<audio>", "<image>"],
    )


if __name__ == "__main__":
    child.serve(load)
