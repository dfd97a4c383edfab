"""`exec:COMMAND`: a model in its own environment, run as a program and asked over its standard streams.

`program` runs the process, `messages` defines the lines that are exchanged, and `model` is the `Model` for a runner.
`merunibench_child` is the other end: one file that needs only the standard library, to be copied next to the model's
own code (docs/bridge.md).
"""
