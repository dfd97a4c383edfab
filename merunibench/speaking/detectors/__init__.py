"""Learned detectors of active speakers, whose weights the user has as a file: Light-ASD, LR-ASD, TalkNet.

Own implementations. Modules are called as the checkpoints call them, so that these load as they are, strictly.
"""
