"""A validation loop over several ranks, scored as one data set.

python examples/validation_loop.py

Two processes answer every other sample, as a DistributedSampler deals them; one sample is dealt twice to fill the last
batch. In training, `torch.distributed.all_gather_object` takes the place of the pipe.
"""

import multiprocessing

from merunibench import Accumulator
from merunibench.demo.miniature import MINIATURE_TASKS, miniature

RANKS = 2


def rank(number, connection):
    """What one rank does: answer its samples batch by batch, then send its state."""
    rows = list(miniature("meld"))
    rows += rows[: -len(rows) % RANKS]
    accumulator = Accumulator("meld", tasks=MINIATURE_TASKS)
    for row in rows[number::RANKS]:
        answer = "<think>Hm.</think><answer>surprised, happy</answer>"  # your model's reply
        accumulator.update([row["name"]], [answer], [row["label"]])
    connection.send(accumulator.state_dict())


def main():
    """Run the ranks, merge their states, print the score."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe(duplex=False) for _ in range(RANKS)]
    processes = [context.Process(target=rank, args=(number, pipe[1])) for number, pipe in enumerate(pipes)]
    for process in processes:
        process.start()
    states = [receiver.recv() for receiver, _ in pipes]
    for process in processes:
        process.join()
    accumulator = Accumulator.of_states(states, tasks=MINIATURE_TASKS)
    report = accumulator.compute()
    print(f"{len(accumulator)} samples, {accumulator.duplicates} dealt twice")
    print(report.to_text())
    print(report.scalars("eval/")["eval/meld/score"])


if __name__ == "__main__":
    main()
