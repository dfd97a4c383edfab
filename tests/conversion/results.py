"""Result files as other tools write them, of given names and answers; None is an answer that failed."""

import json
import struct
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

QUESTION = "Which emotions?"


def lines(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def openai_batch(path, names, texts):
    def row(name, text):
        body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}
        fine = {"custom_id": name, "response": {"status_code": 200, "body": body}, "error": None}
        broken = {"custom_id": name, "response": {"status_code": 400, "body": None}, "error": {"message": "too long"}}
        return {"id": f"vllm-{name}", **(broken if text is None else fine)}

    lines(path, [row(name, text) for name, text in reversed([*zip(names, texts, strict=True)])])


def responses(path, names, texts):
    def row(name, text):
        content = [] if text is None else [{"type": "output_text", "text": text}]
        output = [{"type": "reasoning", "summary": []}, {"type": "message", "content": content}]
        return {"custom_id": name, "response": {"status_code": 200, "body": {"output": output}}, "error": None}

    lines(path, [row(name, text) for name, text in zip(names, texts, strict=True)])


def ms_swift(path, names, texts):
    rows = [
        {
            "response": text,
            "labels": "happy",
            "logprobs": None,
            "messages": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": text}],
            "videos": [f"/data/{name}.mp4"],
        }
        for name, text in zip(names, texts, strict=True)
    ]
    lines(path, rows)


def llama_factory(path, names, texts):
    lines(path, [{"prompt": QUESTION, "predict": text, "label": "happy"} for text in texts])


def humanomni(path, names, texts):
    rows = [
        {"gt": "happy", "response": text, "source": "MAFW", "video_path": f"C:\\v\\{name}.mp4"}
        for name, text in zip(names, texts, strict=True)
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")


def humanomni_v2(path, names, texts):
    rows = [
        {
            "path": "/data/other.mp4",
            "solution": "<answer>happy</answer>",
            "output": text,
            "prediction": "happy",
            "reward": float("nan"),
            "raw": {"path": f"{name}.mp4", "problem_type": "emer_ov_mc"},
        }
        for name, text in zip(names, texts, strict=True)
    ]
    path.write_text(json.dumps({"results": rows, "final_acc": [{"mean_acc": 0.5}]}, indent=2), encoding="utf-8")


def merbench(path, names, texts):
    rows = [
        {"name": name, "raw_response": text, "think": "x", "answer": "happy", "has_valid_format": True, "metadata": {}}
        for name, text in zip(names, texts, strict=True)
    ]
    lines(path, rows)


def lmms_eval(path, names, texts):
    rows = [
        {
            "doc_id": number,
            "target": "['happy']",
            "filtered_resps": text if number % 2 else [[text]],
            "doc_hash": "ab",
            "merunibench": {"name": name},
            "input": QUESTION,
        }
        for number, (name, text) in enumerate(zip(names, texts, strict=True))
    ]
    lines(path, rows)


def lm_eval(path, names, texts):
    rows = [
        {
            "doc_id": len(names) - number,  # which is wrong where samples were chosen: names come from `doc`
            "doc": {"name": name, "labels": ["happy"]},
            "target": "['happy']",
            "arguments": {"gen_args_0": {"arg_0": QUESTION}},
            "resps": [[text]],
            "filtered_resps": [text],
            "filter": "none",
            "f": 0.5,
        }
        for number, (name, text) in enumerate(zip(names, texts, strict=True))
    ]
    lines(path, rows)


def sample(name, text, epoch=1):
    content = [{"type": "reasoning", "reasoning": "happy"}, {"type": "text", "text": text}]
    choices = [] if text is None else [{"message": {"role": "assistant", "content": content}}]
    error = {"message": "no video"} if text is None else None
    return {
        "id": name,
        "epoch": epoch,
        "input": QUESTION,
        "target": ["happy"],
        "messages": [],
        "output": {"choices": choices},
        "error": error,
    }


def inspect_json(path, names, texts):
    samples = [sample(name, text) for name, text in zip(names, texts, strict=True)]
    path.write_text(json.dumps({"version": 2, "status": "success", "eval": {}, "samples": samples}), encoding="utf-8")


def inspect_log(path, names, texts):
    zstandard_archive(
        path,
        {
            "header.json": b"{}",
            **{
                f"samples/{name}_epoch_1.json": json.dumps(sample(name, text)).encode()
                for name, text in zip(names, texts, strict=True)
            },
        },
    )


def zstandard_archive(path, members):
    """A zip archive whose members are packed by Zstandard, as inspect_ai writes: made by hand, for Python cannot."""
    body, directory = b"", b""
    for name, content in members.items():
        packed = pa.compress(content, codec="zstd", asbytes=True)
        fields = (93, 0, 0, zipfile.crc32(content), len(packed), len(content), len(name.encode()), 0)
        local = struct.pack("<4s2H", b"PK\x03\x04", 63, 0) + struct.pack("<3H3I2H", *fields) + name.encode()
        directory += (
            struct.pack("<4s3H", b"PK\x01\x02", 63, 63, 0)
            + struct.pack("<3H3I2H", *fields)
            + struct.pack("<3H2I", 0, 0, 0, 0, len(body))
            + name.encode()
        )
        body += local + packed
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), len(body), 0)
    path.write_bytes(body + directory + end)


def _vlmevalkit(names, texts):
    return [
        [number, name, QUESTION, "[happy]", "Failed to obtain answer via API." if text is None else text]
        for number, (name, text) in enumerate(zip(names, texts, strict=True))
    ]


HEADS = ["index", "video", "question", "answer", "prediction"]


def vlmevalkit_xlsx(path, names, texts):
    book = openpyxl.Workbook()
    for row in [HEADS, *_vlmevalkit(names, texts)]:
        book.active.append(row)
    book.save(path)


def vlmevalkit_tsv(path, names, texts):
    rows = [HEADS, *_vlmevalkit(names, texts)]
    quoted = ["\t".join('"{}"'.format(str(cell).replace('"', '""')) for cell in row) for row in rows]
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")


def vlmevalkit_json(path, names, texts):
    rows = [dict(zip(HEADS, row, strict=True)) for row in _vlmevalkit(names, texts)]
    path.write_text(json.dumps(rows, indent=4), encoding="utf-8")


def lighteval(path, names, texts):
    rows = [
        {
            "doc": {"query": QUESTION, "choices": ["happy"], "specific": {"name": name}, "id": str(number)},
            "metric": {"f": 0.5},
            "model_response": {"text": [text] if text is not None else [], "text_post_processed": None},
        }
        for number, (name, text) in enumerate(zip(names, texts, strict=True))
    ]
    pq.write_table(pa.Table.from_pylist(rows), path)


WRITERS = {
    "openai-batch": [openai_batch, responses],
    "ms-swift": [ms_swift],
    "humanomni": [humanomni],
    "humanomni-v2": [humanomni_v2],
    "merbench-jsonl": [merbench],
    "lmms-eval": [lmms_eval],
    "inspect": [inspect_log, inspect_json],
    "vlmevalkit": [vlmevalkit_xlsx, vlmevalkit_tsv, vlmevalkit_json],
    "lm-eval": [lm_eval],
    "lighteval": [lighteval],
    "llama-factory": [llama_factory],
}
"""What writes each format: its name as `--from` has it."""
