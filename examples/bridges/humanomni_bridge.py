"""HumanOmni and R1-Omni by their `model_init` and `mm_infer`. Never run with their weights.

Put this file and merunibench_child.py beside the package `humanomni`, and run both in its environment. A CUDA device is
needed: `mm_infer` moves its inputs there.
"""

import merunibench_child as child

TOWERS = {"audio_tower": "mm_audio_tower", "vision_tower": "mm_vision_tower"}
"""Our options for folders that the checkpoint's configuration names otherwise."""


def load(asked):
    """Load the model.

    Options: `checkpoint`; `bert`, a folder of bert-base-uncased, which reads the question; `audio_tower`,
    `vision_tower`.
    """
    from humanomni import mm_infer, model_init
    from humanomni.utils import disable_torch_init
    from transformers import BertTokenizer

    checkpoint = asked.need("checkpoint")
    bert = BertTokenizer.from_pretrained(asked.need("bert"))
    towers = {theirs: asked.take(ours) for ours, theirs in TOWERS.items()}
    drawn = {"max_new_tokens": asked.take("max_new_tokens", 1024), "temperature": asked.take("temperature", 0.0)}
    drawn["do_sample"] = drawn["temperature"] > 0
    if drawn["do_sample"]:
        drawn["top_p"] = asked.take("top_p", 0.9)
    disable_torch_init()
    model, processor, tokenizer = model_init(
        checkpoint, config_kwargs={name: folder for name, folder in towers.items() if folder}
    )

    def answer(sample):
        return mm_infer(
            processor["video"](sample.video) if sample.video else None,
            sample.prompt,
            model=model,
            tokenizer=tokenizer,
            audio=processor["audio"](sample.audio)[0] if sample.audio else None,
            modal="_".join(kind for kind in ("video", "audio") if kind in sample.modalities) or "text",
            question=sample.prompt,
            bert_tokeni=bert,
            **drawn,
        )

    return child.Ready(
        answer,
        model=str(checkpoint).rstrip("/").rpartition("/")[2],
        revision="bridge 1",
        modalities=["audio", "video", "text"],
        libraries=["torch", "transformers"],
        control_tokens=["<video>", "<audio>", "<image>"],
    )


if __name__ == "__main__":
    child.serve(load)
