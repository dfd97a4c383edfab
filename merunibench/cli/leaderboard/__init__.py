"""`merunibench leaderboard`: submissions in, a board out that anyone can recompute; one module per command."""
