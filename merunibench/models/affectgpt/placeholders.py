"""Placeholders become what stands for the media: the one place where embeddings of the language model are replaced."""

from collections.abc import Mapping

import torch

from merunibench.errors import MediaError
from merunibench.models.affectgpt.prompt import PLACEHOLDERS, Medium


def check_placeholders(ids: list[int], placeholder_ids: Mapping[Medium, int], copies: Mapping[Medium, int]) -> None:
    """See to it that every placeholder that occurs does so as often as it should, in a row.

    One that does not occur is left out in silence, as upstream: a long subtitle may have pushed it out of the context.

    Args:
        ids: Ids of a prompt.
        placeholder_ids: Medium -> id.
        copies: Medium -> how many embeddings stand for it.

    Raises:
        MediaError: a subtitle holds a placeholder of its own.
    """
    for medium, number in placeholder_ids.items():
        places = [place for place, value in enumerate(ids) if value == number]
        expected = copies.get(medium, 1)
        if places and (len(places) != expected or places[-1] - places[0] != expected - 1):
            raise MediaError(
                f"{PLACEHOLDERS[medium]} occurs {len(places)} times in the prompt, not {expected} times in a row; "
                "does the subtitle hold it?"
            )


def splice(
    embed: torch.nn.Module,
    input_ids: torch.Tensor,
    placeholder_ids: Mapping[Medium, int],
    media: Mapping[Medium, torch.Tensor],
) -> torch.Tensor:
    """Embeddings of prompts, those of placeholders replaced by the media's.

    Args:
        embed: The language model's embedding of ids.
        input_ids: Of shape (b, L).
        placeholder_ids: Medium -> id; these may lie beyond the embedding matrix, for they are never looked up.
        media: Medium -> embeddings of shape (b, n, D); each prompt holds its placeholder n times, or not at all.

    Returns:
        Embeddings of shape (b, L, D), of the type of the language model's.

    Raises:
        MediaError: a prompt holds a placeholder for which there is no medium.
    """
    places = {medium: input_ids == number for medium, number in placeholder_ids.items()}
    any_place = torch.stack(list(places.values())).any(dim=0)
    embeddings: torch.Tensor = embed(input_ids.masked_fill(any_place, 0))
    for medium, place in places.items():
        present = place.any(dim=1)
        if not present.any():
            continue
        if medium not in media:
            raise MediaError(f"the prompt holds {PLACEHOLDERS[medium]}, but there is nothing to put in its place")
        tokens = media[medium][present].to(embeddings.dtype).flatten(0, 1)
        embeddings = embeddings.masked_scatter(place[..., None], tokens)
    return embeddings
