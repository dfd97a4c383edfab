"""What several property tests draw from."""

from hypothesis import strategies as st

from merunibench.lexicon import load_wheels

WHEEL_WORDS = sorted({word for wheel in load_wheels() for word in wheel.placement(1)})
UNKNOWN_WORDS = ["xylophone", "neutral", "", "t care", "愤怒", "a" * 50, "{", "]", "🙂 …"]

words = st.sampled_from(WHEEL_WORDS[:60] + UNKNOWN_WORDS)
label_lists = st.lists(words, max_size=6)
