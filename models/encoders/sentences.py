"""Any model of sentence-transformers on texts: `text:<hub name>` or `text:<local folder>`."""

from contextlib import nullcontext
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

from base.errors import InputError, first_line
from models.encoders.digest import digest
from models.encoders.encoder import Encoder, pick_device
from models.encoders.hub import hub
from models.encoders.pictures import BrokenPictureError


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

    def prepare_picture(self, path: Path) -> torch.Tensor:  # noqa: ARG002 (of no picture)
        raise BrokenPictureError(f"the encoder {self.name} reads texts only")

    def embed_pictures(self, pixels: torch.Tensor) -> torch.Tensor:  # noqa: ARG002 (of no picture)
        raise InputError(f"The encoder {self.name} reads texts only.")


def load(weights: str) -> SentenceTransformer:
    """The model from a local folder, else from the hub; InputError where neither has it."""
    folder = Path(weights).expanduser()
    local = folder.is_dir()
    try:
        with nullcontext() if local else hub():
            return SentenceTransformer(str(folder) if local else weights, device="cpu", local_files_only=local)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        where = "loaded" if local else "fetched; without a network give a local folder, text:path/to/folder"
        raise InputError(f"The weights of text:{weights} could not be {where}. ({first_line(error)})") from error
