"""`merunibench leaderboard`: build a board from submissions that anyone can recompute; one module per command."""
