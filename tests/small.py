"""A small model's predictions on small ground truth, as files."""

import json

TRUTH = {
    "meld": "name,label\n" + "".join(f"test_dia{i // 2}_utt{i % 2},{label}\n" for i, label in enumerate("0132456013")),
    "ovmerdplus": 'name,label\ns1,"[happy, proud]"\ns2,[sad]\ns3,[]\ns4,"[angry, scared]"\n',
    "cmumosi": "name,label\nv_a_1,1.5\nv_a_2,-0.4\nv_b_1,0\nv_b_2,-2\n",
}
LABELS = ["anger", "joy", "neutral", "sadness", "disgust", "fear", "surprise"]


def rows():
    return {
        "meld": [
            {"name": f"test_dia{i // 2}_utt{i % 2}", "labels": [LABELS[i % 7] if i < 7 else "bored", "calm"]}
            for i in range(10)
        ],
        "ovmerdplus": [
            {"name": "s1", "labels": "[joyful, sad]"},
            {"name": "s2", "labels": ["sad", "xylophone"]},
            {"name": "s3", "labels": []},
            {"name": "s4", "labels": ["furious", "neutral"]},
        ],
        "cmumosi": [
            {"name": "v_a_1", "polarity": "positive"},
            {"name": "v_a_2", "polarity": "neutral"},
            {"name": "v_b_1", "polarity": "positive"},
            {"name": "v_b_2", "polarity": "positive"},
        ],
    }


def write_rows(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in lines), encoding="utf-8")


def write_files(folder):
    """(predictions folder, ground-truth folder) with three data sets."""
    predictions, truth = folder / "preds", folder / "truth"
    truth.mkdir()
    for name, text in TRUTH.items():
        (truth / f"{name}.csv").write_text(text, encoding="utf-8")
        write_rows(predictions / f"{name}.jsonl", rows()[name])
    return predictions, truth
