"""`exec:COMMAND`: a model in an environment of its own, asked over the standard streams of a program.

`program` runs it, `messages` are the lines that go to and fro, `model` is what a runner asks, `merunibench_child` is
the other end: one file of the standard library alone, to be copied beside the model's own code (docs/bridge.md).
"""
