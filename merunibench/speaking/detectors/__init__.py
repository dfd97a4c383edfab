"""Learned active speaker detectors, whose weights the user provides as a file: Light-ASD, LR-ASD, TalkNet.

These are own implementations. Modules have the names of the checkpoints' keys, so that these load strictly, unchanged.
"""
