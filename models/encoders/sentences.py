"""Any model of sentence-transformers on texts: `text:<hub name>` or `text:<local folder>`."""

import torch
from sentence_transformers import SentenceTransformer

from models.device import pick_device
from models.encoders.digest import digest
from models.encoders.encoder import Encoder
from models.encoders.hub import weights_of


class Sentences(Encoder):
    """Texts as the model's own pooling makes them, with the prompt that it uses by default, if it has one."""

    def __init__(self, weights: str, device: str = "auto", batch_size: int | None = None) -> None:
        place = pick_device(device)
        self.network = load(weights).eval()
        settings = {
            "modules": [f"{type(module).__name__} {getattr(module, 'config_keys', '')}" for module in self.network],
            "longest": self.network.max_seq_length,
            "vocabulary": self.network.tokenizer.get_vocab(),
            "prompt": self.network.prompts.get(self.network.default_prompt_name or "", ""),
        }
        both = digest(self.network.state_dict(), settings)
        self.network.to(place)
        with torch.inference_mode():
            dimension = self.embed_texts(["text"]).shape[1]
        super().__init__(f"text:{weights}", both, {"textual": dimension}, place, batch_size)

    def embed_texts(self, texts: list[str]) -> torch.Tensor:
        return self.network.encode(texts, batch_size=len(texts), convert_to_tensor=True, show_progress_bar=False)


def load(weights: str) -> SentenceTransformer:
    """The model from a local folder, else from the hub; InputError where neither has it."""
    with weights_of("text", weights) as (source, local):
        return SentenceTransformer(source, device="cpu", local_files_only=local)
